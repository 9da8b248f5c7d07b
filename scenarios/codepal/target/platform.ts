import { hash, hashText, type Random, SeededRandom } from '../../../lib/core/base/random.ts'
import type { Served } from '../../../lib/target/capacity.ts'
import { Fleet } from '../../../lib/target/fleet.ts'
import { Refusal } from '../../../lib/target/refusal.ts'
import { drawServiceMs } from '../../../lib/target/service-time.ts'
import type { Timers } from '../../../lib/target/timers.ts'
import { Tokens } from '../../../lib/target/token.ts'
import { Backing } from './backing.ts'
import type { Condition } from './conditions.ts'
import { ROUTES } from './routes.ts'

const SCALING = {
  slotsPerTask: 4,
  targetUtilisation: 0.48,
  scaleOutAbove: 0.58,
  breachesToScaleOut: 2,
  provisioningMs: 3_000,
  scaleInAfterMs: 6_000,
}
const OVERLOAD_RETRY_S = 1
const BACKING_PERIOD_MS = 500

/** CodePal behind its load balancer: the API's tasks, what they lean on, and the tokens they trust. */
export class Platform {
  readonly condition: Condition
  readonly fleet: Fleet
  readonly backing: Backing
  readonly tokens = new Tokens()
  readonly outcomes: Random
  readonly #serviceTimes: Random
  readonly #stopBacking: () => void

  constructor(condition: Condition, seed: number, timers: Timers) {
    const { minTasks, maxTasks, queueLimit } = condition
    this.condition = condition
    this.fleet = new Fleet({ scaling: { ...SCALING, minTasks, maxTasks }, queueLimit, timers })
    this.backing = new Backing(timers, () => this.fleet.load)
    this.#stopBacking = timers.every(BACKING_PERIOD_MS, () => this.backing.advance())
    this.outcomes = new SeededRandom(hash(seed, hashText('outcomes')))
    this.#serviceTimes = new SeededRandom(hash(seed, hashText('service times')))
  }

  /** Serves a request of a route. Throws a 503 `Refusal` when the queue is full, or in passing. */
  async serve(routeName: string): Promise<Served> {
    const route = ROUTES[routeName]
    if (route === undefined) throw new Error(`${routeName} has no service time`)
    const served = await this.#admit(route.medianMs)
    if (route.failsPassing && this.happens(this.condition.passingFailureShare)) {
      throw new Refusal(503, 'UNAVAILABLE', 'the task restarted while it served this request')
    }
    this.backing.countRequest(route.writes)
    return served
  }

  /** Puts work of a median length on the fleet; `false` when the queue is full. */
  offer(medianMs: number, done: (served: Served) => void): boolean {
    return this.fleet.offer(drawServiceMs(this.#serviceTimes, medianMs * this.condition.slowdown), done)
  }

  stop(): void {
    this.fleet.stop()
    this.#stopBacking()
  }

  /** Draws whether something with this probability happens. */
  happens(share: number): boolean {
    return this.outcomes.next() < share
  }

  #admit(medianMs: number): Promise<Served> {
    return new Promise((resolve, reject) => {
      if (this.offer(medianMs, resolve)) return
      reject(new Refusal(503, 'OVERLOADED', 'all tasks are busy and the queue is full', OVERLOAD_RETRY_S))
    })
  }
}
