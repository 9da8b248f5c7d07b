import type { CreateCarrier } from '../http/carrier.ts'
import type { Dial } from '../net/dial.ts'
import type { Origins } from '../net/origin.ts'
import type { TargetGuard } from '../net/target-guard.ts'
import type { TlsOptions } from '../net/tls-options.ts'

/** What all connections of one generator share. */
export interface ConnectionOptions {
  guard: TargetGuard
  origins: Origins
  tls: TlsOptions
  now: () => number
  /** Protocols to offer in the TLS handshake, the best first. */
  alpn: readonly string[]
  /** Requests that one connection carries at a time. */
  streams: number
  /** Requests without TLS need no tunnel through a proxy. */
  forwards: boolean
  dial: Dial
  createCarrier: CreateCarrier
  sockets: { open: number }
}
