import type { Socket } from 'node:net'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import { type Carrier, closedByPeer, type Opener } from '../http/carrier.ts'
import { type Dialled, type Holder, hangUp, hold } from '../net/dial.ts'
import type { Origin } from '../net/origin.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { Exchange } from './exchange.ts'

/** The pool that a connection belongs to. */
export interface ConnectionOwner {
  readonly options: ConnectionOptions
  readonly origin: Origin
  session: Buffer | undefined
  release(connection: Connection): void
  discard(connection: Connection): void
}

/** One connection of a user: it carries requests and measures what they cost. */
export class Connection implements Opener, Holder {
  /** Requests it carries, or waits to carry. */
  busy = 0
  /** Given up. */
  over = false
  /** The one to be used after this one while both have room. */
  nextIdle: Connection | undefined
  readonly #pool: ConnectionOwner
  readonly #carrier: Carrier
  #dialling: Socket | undefined
  /** Being opened ahead of the first request, and opened so. */
  #warming: Promise<Dialled> | undefined
  #warm: Socket | undefined
  /** How long opening took, until the request that caused it has been told. */
  #opening: Dialled | undefined
  connectMs = 0
  #readBytes = 0
  #writtenBytes = 0
  #idleSinceMs = Number.POSITIVE_INFINITY

  constructor(pool: ConnectionOwner) {
    this.#pool = pool
    this.#carrier = pool.options.createCarrier(pool.origin.url, this)
  }

  open(done: (error: Error | null, socket: Socket | null) => void): void {
    const again = (): void => this.open(done)
    if (this.#warming) {
      this.#warming.then(again, again)
      return
    }
    const warm = this.#warm
    this.#warm = undefined
    if (warm && !warm.destroyed) {
      queueMicrotask(() => done(null, warm))
      return
    }
    if (this.over) {
      done(new FlowError('connection_closed', 'the connection is given up'), null)
      return
    }
    this.#dial((error, dialled) => {
      this.#opening = dialled
      done(error, dialled?.socket ?? null)
    })
  }

  get dialling(): boolean {
    return this.#dialling !== undefined
  }

  carry(exchange: Exchange): void {
    exchange.assign(this)
    try {
      this.#carrier.dispatch(exchange.request, exchange, exchange.calledAtMs - this.#idleSinceMs)
    } catch (error) {
      // Whatever it was: the exchange is over, and its place on the connection, or in the pool, is free again.
      exchange.cut(error as Error)
    }
  }

  /** Opens the connection ahead of the first request. Rejects where it cannot be opened. */
  warm(): Promise<Dialled> {
    const warming = new Promise<Dialled>((resolve, reject) => {
      this.#dial((error, dialled) => {
        this.#warming = undefined
        this.#warm = dialled?.socket
        if (dialled) resolve(dialled)
        else reject(error)
      })
    })
    this.#warming = warming
    return warming
  }

  tellOpening(exchange: Exchange): void {
    if (!this.#opening) return
    exchange.connectMs = this.#opening.connectMs
    if (this.#opening.tlsMs !== undefined) exchange.tlsMs = this.#opening.tlsMs
    this.#opening = undefined
  }

  /** Gives a exchange the bytes that passed since the one before it ended, whichever of those under way they were for. */
  tally(exchange: Exchange): void {
    const { readBytes, writtenBytes } = this.#carrier
    exchange.receivedBytes = readBytes - this.#readBytes
    exchange.sentBytes = writtenBytes - this.#writtenBytes
    this.#readBytes = readBytes
    this.#writtenBytes = writtenBytes
    this.#idleSinceMs = exchange.endedAtMs
  }

  /** The exchange is over. The carrier may be in the midst of a failure: it gets the next one when it is done with it. */
  release(served: boolean): void {
    if (served) this.#pool.release(this)
    else queueMicrotask(() => this.#pool.release(this))
  }

  /** Gives up a connection that is not open yet, unless others wait for it. */
  abandon(): void {
    if (this.busy > 1) return
    this.#pool.discard(this)
    void this.destroy()
  }

  onError(socket: Socket, error: Error): void {
    this.#carrier.lost?.(socket, error)
  }

  onEnd(socket: Socket): void {
    this.#carrier.ended?.(socket)
  }

  onClose(socket: Socket): void {
    this.#pool.options.sockets.open--
    this.#carrier.lost?.(socket, closedByPeer())
  }

  async destroy(): Promise<void> {
    this.over = true
    this.#dialling?.destroy()
    await Promise.all([this.#warm && hangUp(this.#warm), this.#carrier.destroy()])
  }

  #dial(done: (error: Error | null, dialled?: Dialled) => void): void {
    const pool = this.#pool
    const { guard, tls, now, alpn, dial, forwards } = pool.options
    const { origin, session } = pool
    this.#dialling = dial(
      {
        ...origin.endpoint,
        serverName: origin.serverName,
        session,
        onSession: (next) => {
          pool.session = next
        },
        lookup: guard.lookup,
        tls,
        alpn,
        now,
        onread: this.#carrier.reader,
        forwarded: forwards && !origin.endpoint.secure,
      },
      (error, dialled) => {
        this.#dialling = undefined
        if (dialled) this.#adopt(dialled)
        done(error, dialled)
      },
    )
  }

  #adopt({ socket, connectMs }: Dialled): void {
    this.connectMs = connectMs
    this.#readBytes = 0
    this.#writtenBytes = 0
    this.#pool.options.sockets.open++
    hold(socket, this)
  }
}
