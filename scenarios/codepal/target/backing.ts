import type { FleetLoad } from '../../../lib/target/fleet.ts'
import type { Timers } from '../../../lib/target/timers.ts'

const REDIS_BACKGROUND_PER_S = 15_600
const REDIS_COMMANDS_PER_REQUEST = 6
/** Of all Redis commands, those that look a key up. */
const LOOKUP_SHARE = 0.7
const MESSAGES_BACKGROUND_PER_S = 1_800
/** Part of the background work that gives way when everything is saturated. */
const YIELD_SHARE = 0.8
const WRITE_RATE_MEMORY_MS = 2_000

/** Redis, PostgreSQL and the message queue: rates that follow what the fleet asks of them and how it fares. */
export class Backing {
  redisCommands = 0
  redisHits = 0
  redisMisses = 0
  queueMessages = 0
  #writesPerSecond = 0
  #writesSinceAdvance = 0
  #advancedMs: number
  readonly #timers: Timers
  readonly #load: () => FleetLoad

  constructor(timers: Timers, load: () => FleetLoad) {
    this.#timers = timers
    this.#load = load
    this.#advancedMs = timers.nowMs()
  }

  get cacheHitShare(): number {
    return 0.91 - 0.3 * this.#load().saturation
  }

  get replicaLagMs(): number {
    return 20 + 0.2 * this.#writesPerSecond + 1_500 * this.#load().saturation ** 2
  }

  countRequest(writes: number): void {
    this.#commandRedis(REDIS_COMMANDS_PER_REQUEST)
    this.#writesSinceAdvance += writes
  }

  countMessage(): void {
    this.queueMessages += 1
  }

  /** Brings the background work up to the present. */
  advance(): void {
    const nowMs = this.#timers.nowMs()
    const elapsedMs = nowMs - this.#advancedMs
    if (elapsedMs <= 0) return
    this.#advancedMs = nowMs
    const active = (1 - YIELD_SHARE * this.#load().saturation) * (elapsedMs / 1_000)
    this.#commandRedis(REDIS_BACKGROUND_PER_S * active)
    this.queueMessages += MESSAGES_BACKGROUND_PER_S * active
    const newest = 1 - Math.exp(-elapsedMs / WRITE_RATE_MEMORY_MS)
    this.#writesPerSecond += newest * (this.#writesSinceAdvance / (elapsedMs / 1_000) - this.#writesPerSecond)
    this.#writesSinceAdvance = 0
  }

  #commandRedis(commands: number): void {
    const lookups = LOOKUP_SHARE * commands
    const hitShare = this.cacheHitShare
    this.redisCommands += commands
    this.redisHits += lookups * hitShare
    this.redisMisses += lookups * (1 - hitShare)
  }
}
