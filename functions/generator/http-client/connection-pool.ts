import type { Dialled } from '../net/dial.ts'
import type { Origin } from '../net/origin.ts'
import { Connection } from './connection.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { Exchange } from './exchange.ts'

/** The connections to one origin. The one used last is the first one used again; past the most, requests wait. */
export class ConnectionPool {
  readonly options: ConnectionOptions
  readonly origin: Origin
  /** The TLS session that was opened last, for the next connection. */
  session: Buffer | undefined
  readonly #most: number
  #connections: readonly Connection[] = []
  /** Those with room for a request, the one used last first. */
  #idle: Connection | undefined
  #waiting: Exchange[] | undefined

  constructor(options: ConnectionOptions, origin: Origin, most: number) {
    this.options = options
    this.origin = origin
    this.#most = most
  }

  send(exchange: Exchange): void {
    const connection = this.#take()
    if (connection) connection.carry(exchange)
    else {
      this.#waiting ??= []
      this.#waiting.push(exchange)
    }
  }

  /** Opens a connection ahead of the first request, which waits for it. Rejects where it cannot be opened. */
  async warm(): Promise<Dialled | undefined> {
    if (this.#connections.length >= this.#most) return undefined
    return this.#add().warm()
  }

  /** A request on the connection is over. */
  release(connection: Connection): void {
    connection.busy--
    if (connection.over) return
    const next = this.#nextWaiting()
    if (next) {
      connection.busy++
      connection.carry(next)
    } else if (connection.busy === this.options.streams - 1) this.#putBack(connection)
  }

  discard(connection: Connection): void {
    this.#connections = this.#connections.filter((one) => one !== connection)
    const next = this.#nextWaiting()
    if (next) this.send(next)
  }

  async close(): Promise<void> {
    const connections = this.#connections
    this.#connections = []
    this.#idle = undefined
    await Promise.all(connections.map((connection) => connection.destroy()))
  }

  /** A connection with room for one more request. */
  #take(): Connection | undefined {
    while (this.#idle?.over) this.#idle = this.#idle.nextIdle
    const connection = this.#idle ?? (this.#connections.length < this.#most ? this.#add() : undefined)
    if (!connection) return undefined
    if (++connection.busy === this.options.streams) {
      this.#idle = connection.nextIdle
      connection.nextIdle = undefined
    }
    return connection
  }

  #putBack(connection: Connection): void {
    connection.nextIdle = this.#idle
    this.#idle = connection
  }

  #add(): Connection {
    const connection = new Connection(this)
    this.#connections = this.#connections.concat(connection)
    this.#putBack(connection)
    return connection
  }

  /** Those cut off while they waited are passed over. */
  #nextWaiting(): Exchange | undefined {
    if (!this.#waiting) return undefined
    for (;;) {
      const exchange = this.#waiting.shift()
      if (!exchange?.over) return exchange
    }
  }
}
