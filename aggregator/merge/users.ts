import type { Second } from '../../lib/core/results/snapshot.ts'
import type { UsersState } from './partial.ts'

const SECOND_MS = 1_000

/** The part of one slice's schedule that the seconds of a snapshot are about. */
export interface Observed {
  fromMs: number
  toMs: number
  /** Who observed it: one process, whose readings of the same second are not to be added up. */
  lane: string
  seconds: readonly Second[]
}

/**
 * Users active in every second of a run, over all slices. Where a snapshot ends within a second, the next one reports
 * that second too, and the more users count.
 */
export class Users {
  readonly #perSecond: Float64Array
  /** Users by lane, for the seconds that snapshots may share: few, as intervals are whole seconds. */
  readonly #shared = new Map<number, Map<string, number>>()

  constructor(endMs: number) {
    this.#perSecond = new Float64Array(Math.ceil(endMs / SECOND_MS) + 1)
  }

  get state(): UsersState {
    return {
      perSecond: [...this.#perSecond],
      shared: [...this.#shared].map(([second, lanes]) => [second, [...lanes]]),
    }
  }

  /** Takes the place of what was added so far. */
  restore({ perSecond, shared }: UsersState): void {
    this.#perSecond.set(perSecond)
    this.#shared.clear()
    for (const [second, lanes] of shared) this.#shared.set(second, new Map(lanes))
  }

  add({ fromMs, toMs, lane, seconds }: Observed): void {
    for (const { second, users } of seconds) {
      const whole = fromMs <= second * SECOND_MS && (second + 1) * SECOND_MS <= toMs
      this.#add(second, whole ? users : this.#moreThanKnown(second, lane, users))
    }
  }

  #add(second: number, users: number): void {
    this.#perSecond[second] = this.at(second) + users
  }

  /** How many users a lane adds to what it has reported of a second. */
  #moreThanKnown(second: number, lane: string, users: number): number {
    const lanes = this.#shared.get(second) ?? new Map<string, number>()
    this.#shared.set(second, lanes)
    const known = lanes.get(lane) ?? 0
    lanes.set(lane, Math.max(known, users))
    return Math.max(0, users - known)
  }

  at(second: number): number {
    return this.#perSecond[second] ?? 0
  }

  /** Mean over the seconds that begin in a span; of one within a second, the users of that. */
  meanBetween(fromMs: number, toMs: number): number {
    const seconds = this.#perSecond.subarray(Math.ceil(fromMs / SECOND_MS), Math.ceil(toMs / SECOND_MS))
    if (seconds.length === 0) return this.at(Math.floor(fromMs / SECOND_MS))
    return seconds.reduce((sum, users) => sum + users, 0) / seconds.length
  }

  /** Users of each second that begins before a time, by the time from the start of the run. */
  pointsUntil(untilMs: number): [number, number][] {
    const seconds = this.#perSecond.subarray(0, Math.ceil(untilMs / SECOND_MS))
    return Array.from(seconds, (users, second) => [second * SECOND_MS, users])
  }
}
