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
import type { ClientOwner } from '../contract/client-owner.ts'
import type { RequestContext } from '../contract/request-context.ts'
import type { Recorder } from '../metering/recorder.ts'
import type { Sleepers } from '../time/sleepers.ts'
import type { DataUser } from './user-data.ts'

/** What all users of one generator share. */
export interface UserServices {
  clock: Clock
  recorder: Recorder
  /** What the scenario's `setup` returned. */
  setup: unknown
  metrics: Record<string, MetricHandle>
  dataOf: (user: DataUser) => Record<string, () => DataRow>
  openClient: (user: ClientOwner) => ProtocolClient
  /** Wakes users from their think times. */
  sleepers: Sleepers
  openSockets(): number
  close(): Promise<void>
}

/** The connections and cookies of one user. */
export interface ProtocolClient {
  readonly cookies: CookieJar
  /** Cuts off what is under way. */
  interrupt(): void
  request(
    method: string,
    path: string,
    options: RequestOptions,
    within: RequestContext,
  ): Promise<HttpResponse>
  stream(
    method: string,
    path: string,
    options: StreamOptions,
    within: RequestContext,
  ): Promise<VirtualStream<StreamItem>>
  openSocket(path: string, options: SocketOptions, within: RequestContext): Promise<VirtualSocket>
  openTcp(address: string, options: TcpOptions, within: RequestContext): Promise<VirtualTcp>
  openRpc(address: string, options: JsonRpcOptions, within: RequestContext): Promise<VirtualRpc>
  openMcp(address: string, options: McpOptions, within: RequestContext): Promise<VirtualMcp>
  close(): Promise<void>
}
