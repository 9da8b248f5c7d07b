import type {
  CookieJar,
  DataRow,
  HttpResponse,
  MetricHandle,
  RequestOptions,
  SocketOptions,
  VirtualSocket,
} from '../../lib/core/flow.ts'
import type { Clock } from '../../lib/ports.ts'
import type { Recorder } from './recorder.ts'
import type { Sleepers } from './sleepers.ts'
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
  readonly interrupted: boolean
  /** Made when it is asked for: few need it. */
  readonly signal: AbortSignal
}

/** What a request or socket belongs to. */
export interface Within {
  flow: string
  /** How late the iteration had started. */
  lagMs: number
}

/** The connections and cookies of one user. */
export interface UserSession {
  readonly cookies: CookieJar
  /** Cuts off what is under way. */
  interrupt(): void
  request(method: string, path: string, options: RequestOptions, within: Within): Promise<HttpResponse>
  openSocket(path: string, options: SocketOptions, within: Within): Promise<VirtualSocket>
  close(): Promise<void>
}
