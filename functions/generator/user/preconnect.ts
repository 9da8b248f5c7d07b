import { CONNECTIONS_PER_SECOND, MAX_AHEAD_MS } from '../../../lib/core/plan/start-ahead.ts'
import type { Clock } from '../../../lib/ports.ts'
import type { UserCookies } from '../cookies/cookie-jar.ts'
import type { HttpClient, HttpState } from '../http-client/http-client.ts'
import type { Recorder } from '../metering/recorder.ts'

/** Never all at once: connections are opened in batches, and no more while many are on their way. */
const BATCH_EVERY_MS = 10
const BATCH = (CONNECTIONS_PER_SECOND * BATCH_EVERY_MS) / 1_000
const MAX_UNDER_WAY = 200

/** A user's connections and cookies. */
export interface UserNetwork {
  cookies: UserCookies
  connection: HttpState
}

/** How long the parts of opening a connection took. */
interface Opened {
  connectMs: number
  tlsMs?: number
}

interface PreconnectOptions {
  client: HttpClient
  /** Where the connections lead. */
  origin: string
  /** The host that all requests name, where that is not the origin's. */
  host?: string | undefined
  clock: Clock
  openNetwork: () => UserNetwork
  /** Hears how many have been opened. */
  onOpened?: ((count: number) => void) | undefined
}

/**
 * Opens the connections of users ahead of the start, so that it is no storm of handshakes. One that cannot be opened, or
 * is closed again, is opened by the first request that needs it.
 */
export class Preconnect {
  readonly #options: PreconnectOptions
  readonly #networks = new Map<number, UserNetwork>()
  #underWay = 0
  #count = 0
  readonly #opened: Opened[] = []
  #recorder: Recorder | undefined

  constructor(options: PreconnectOptions) {
    this.#options = options
  }

  /** Opens a connection for each of the users, as far as it gets by this epoch time. */
  async open(users: readonly number[], byMs: number, signal: AbortSignal): Promise<void> {
    if (users.length === 0) return
    const { clock } = this.#options
    await clock.sleepUntil(byMs - MAX_AHEAD_MS, signal)
    for (let next = 0; next < users.length && clock.now() < byMs && !signal.aborted; ) {
      const batch = users.slice(next, next + Math.min(BATCH, MAX_UNDER_WAY - this.#underWay))
      next += batch.length
      for (const user of batch) void this.#connect(user)
      await clock.sleepUntil(clock.now() + BATCH_EVERY_MS, signal)
    }
  }

  /** What was opened for a user, once. */
  take(user: number): UserNetwork | undefined {
    const network = this.#networks.get(user)
    this.#networks.delete(user)
    return network
  }

  /** Records how long the connections took to open, from now on as they open: they were opened for this load. */
  record(recorder: Recorder): void {
    this.#recorder = recorder
    for (const times of this.#opened) record(recorder, times)
    this.#opened.length = 0
  }

  /** Closes what nobody took. */
  async close(): Promise<void> {
    await Promise.all([...this.#networks.values()].map(({ connection }) => connection.close()))
    this.#networks.clear()
  }

  async #connect(user: number): Promise<void> {
    const { client, origin, host, openNetwork } = this.#options
    const network = openNetwork()
    this.#networks.set(user, network)
    this.#underWay++
    const preconnected = await client.connect(network.connection, origin, host)
    this.#underWay--
    if (preconnected.error !== undefined) return
    this.#options.onOpened?.(++this.#count)
    if (this.#recorder) record(this.#recorder, preconnected)
    else this.#opened.push(preconnected)
  }
}

function record(recorder: Recorder, { connectMs, tlsMs }: Opened): void {
  recorder.series('http_req_connecting').add(connectMs)
  if (tlsMs !== undefined) recorder.series('http_req_tls_handshaking').add(tlsMs)
}
