import type { Dialled } from '../net/dial.ts'
import type { Site } from '../net/site.ts'
import type { Flight } from './flight.ts'
import { Lane } from './lane.ts'
import type { Wiring } from './wiring.ts'

/** The connections to one site. The one used last is the first one used again; past the most, requests wait. */
export class LanePool {
  readonly wiring: Wiring
  readonly site: Site
  /** The TLS session that was opened last, for the next connection. */
  session: Buffer | undefined
  readonly #most: number
  #lanes: readonly Lane[] = []
  /** Those with room for a request, the one used last first. */
  #idle: Lane | undefined
  #waiting: Flight[] | undefined

  constructor(wiring: Wiring, site: Site, most: number) {
    this.wiring = wiring
    this.site = site
    this.#most = most
  }

  send(flight: Flight): void {
    const lane = this.#take()
    if (lane) lane.carry(flight)
    else {
      this.#waiting ??= []
      this.#waiting.push(flight)
    }
  }

  /** Opens a connection ahead of the first request, which waits for it. Rejects where it cannot be opened. */
  async warm(): Promise<Dialled | undefined> {
    if (this.#lanes.length >= this.#most) return undefined
    return this.#add().warm()
  }

  /** A request on the lane is over. */
  release(lane: Lane): void {
    lane.busy--
    if (lane.over) return
    const next = this.#nextWaiting()
    if (next) {
      lane.busy++
      lane.carry(next)
    } else if (lane.busy === this.wiring.streams - 1) this.#putBack(lane)
  }

  discard(lane: Lane): void {
    this.#lanes = this.#lanes.filter((one) => one !== lane)
    const next = this.#nextWaiting()
    if (next) this.send(next)
  }

  async close(): Promise<void> {
    const lanes = this.#lanes
    this.#lanes = []
    this.#idle = undefined
    await Promise.all(lanes.map((lane) => lane.destroy()))
  }

  /** A lane with room for one more request. */
  #take(): Lane | undefined {
    while (this.#idle?.over) this.#idle = this.#idle.nextIdle
    const lane = this.#idle ?? (this.#lanes.length < this.#most ? this.#add() : undefined)
    if (!lane) return undefined
    if (++lane.busy === this.wiring.streams) {
      this.#idle = lane.nextIdle
      lane.nextIdle = undefined
    }
    return lane
  }

  #putBack(lane: Lane): void {
    lane.nextIdle = this.#idle
    this.#idle = lane
  }

  #add(): Lane {
    const lane = new Lane(this)
    this.#lanes = this.#lanes.concat(lane)
    this.#putBack(lane)
    return lane
  }

  /** Those cut off while they waited are passed over. */
  #nextWaiting(): Flight | undefined {
    if (!this.#waiting) return undefined
    for (;;) {
      const flight = this.#waiting.shift()
      if (!flight?.over) return flight
    }
  }
}
