import type {
  CookieJar,
  DataRow,
  HttpResponse,
  JsonRpcOptions,
  McpOptions,
  MetricHandle,
  RequestOptions,
  SocketOptions,
  StreamItem,
  StreamOptions,
  TcpOptions,
  VirtualMcp,
  VirtualRpc,
  VirtualSocket,
  VirtualStream,
  VirtualTcp,
} from '../../../lib/core/scenario/flow.ts'
import type { Clock } from '../../../lib/ports.ts'
import type { CallsUnderWay } from '../time/calls-under-way.ts'
import type { Recorder } from '../metering/recorder.ts'
import type { Sleepers } from '../time/sleepers.ts'
import type { GeneratorUser } from './virtual-user.ts'

/** What all users of one generator share. */
export interface UserServices {
  clock: Clock
  recorder: Recorder
  /** What the scenario's `setup` returned. */
  setup: unknown
  metrics: Record<string, MetricHandle>
  dataOf: (user: GeneratorUser) => Record<string, () => DataRow>
  openSession: (user: SessionOwner) => UserSession
  /** Wakes users from their think times. */
  sleepers: Sleepers
  openSockets(): number
  close(): Promise<void>
}

/** Whose session it is: a user who may be cut off in whatever it does. */
export interface SessionOwner {
  readonly id: number
  /** The step it asked for last, empty where its iteration has asked for none yet. */
  lastStep: string
  readonly interrupted: boolean
  /** Made when it is asked for: few need it. */
  readonly signal: AbortSignal
  readonly calls: CallsUnderWay
}

/** What a request or socket belongs to. */
export interface Within {
  flow: string
  /** How late the iteration had started. */
  lagMs: number
  /** Of what is left to chance in a connection: apart from what the flow draws, so that it changes nothing there. */
  seed: number
}

/** The connections and cookies of one user. */
export interface UserSession {
  readonly cookies: CookieJar
  /** Cuts off what is under way. */
  interrupt(): void
  request(method: string, path: string, options: RequestOptions, within: Within): Promise<HttpResponse>
  stream(
    method: string,
    path: string,
    options: StreamOptions,
    within: Within,
  ): Promise<VirtualStream<StreamItem>>
  openSocket(path: string, options: SocketOptions, within: Within): Promise<VirtualSocket>
  openTcp(address: string, options: TcpOptions, within: Within): Promise<VirtualTcp>
  openRpc(address: string, options: JsonRpcOptions, within: Within): Promise<VirtualRpc>
  openMcp(address: string, options: McpOptions, within: Within): Promise<VirtualMcp>
  close(): Promise<void>
}
