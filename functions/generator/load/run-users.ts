import { hash } from '../../../lib/core/base/random.ts'
import { sliceIterations, sliceUsers } from '../../../lib/core/plan/slice.ts'
import type { Schedule, Span } from '../../../lib/core/schedule/executors.ts'
import { yieldToEventLoop } from '../time/yield-to-event-loop.ts'
import type { ExecutorRun } from './executor-run.ts'
import { type IterationOwner, Iterations } from './iteration.ts'
import { WaitGroup } from './wait-group.ts'

type UsersDrive = ExecutorRun<Extract<Schedule, { kind: 'users' }>>

/** Room for the iterations of one life of a user, and for its lives in one window. */
const ITERATIONS_PER_LIFE = 2 ** 20
const LIVES_PER_WINDOW = 2 ** 10

/** Users begun in one go; where thousands come at once, those that are there must still be served. */
const STARTS_BEFORE_GIVING_WAY = 64

/** Takes one iteration out of those that may still be started; false when none is left. */
type Budget = () => boolean

/** Brings each user of the slice up for its spans, and resolves when the last has ended. */
export async function runUsers(executorRun: UsersDrive): Promise<void> {
  const { clock, signal, originMs } = executorRun
  const shared = sharedBudget(executorRun)
  const living = new WaitGroup()
  const lives = new Map<number, number>()
  let startedAtOnce = 0
  for (const { user, span } of sliceUsers(executorRun.schedule, executorRun.share, executorRun.part)) {
    const comesAtMs = originMs + span.fromMs
    if (comesAtMs > clock.now()) {
      await clock.sleepUntil(comesAtMs, signal)
      startedAtOnce = 0
    } else if (++startedAtOnce % STARTS_BEFORE_GIVING_WAY === 0) await yieldToEventLoop()
    if (signal.aborted) break
    const life = lives.get(user) ?? 0
    lives.set(user, life + 1)
    const first = (executorRun.window * LIVES_PER_WINDOW + life) * ITERATIONS_PER_LIFE
    new Life({ executorRun, living, number: user, span, budget: shared ?? ownBudget(executorRun) }).begin(
      first,
    )
  }
  await living.over()
}

interface LifeOptions {
  executorRun: UsersDrive
  living: WaitGroup
  /** Of the user, among those of its executor. */
  number: number
  span: Span
  budget: Budget
}

/** One user from its coming to its going: one iteration after another. */
class Life implements IterationOwner {
  readonly #executorRun: UsersDrive
  readonly #living: WaitGroup
  readonly #number: number
  readonly #budget: Budget
  readonly #endsAtMs: number
  readonly #iterations: Iterations
  #intendedAtMs: number
  #next = 0

  constructor({ executorRun, living, number, span, budget }: LifeOptions) {
    const { originMs, meter } = executorRun
    this.#executorRun = executorRun
    this.#living = living
    this.#number = number
    this.#budget = budget
    this.#endsAtMs = originMs + span.toMs
    this.#intendedAtMs = originMs + span.fromMs
    const user = executorRun.createUser(executorRun.firstUser + number)
    user.interruptAtMs = this.#endsAtMs + executorRun.gracefulStopMs
    this.#iterations = new Iterations(user, meter, this)
  }

  /** `first`: number of its first iteration. */
  begin(first: number): void {
    const { users, recorder } = this.#executorRun
    this.#next = first
    this.#living.begin()
    users.add(this.#iterations.user)
    recorder.userStarted()
    this.#goOn()
  }

  iterationEnded({ user }: Iterations): void {
    if (user.waited) this.#again()
    // A flow that waits for nothing would otherwise starve every timer and socket.
    else setImmediate(() => this.#again())
  }

  broken(fault: unknown): void {
    this.#living.fail(fault)
  }

  #again(): void {
    try {
      this.#intendedAtMs = this.#executorRun.clock.now()
      this.#goOn()
    } catch (fault) {
      this.broken(fault)
    }
  }

  #goOn(): void {
    if (!this.#mayStart()) {
      this.#leave().catch((fault) => this.broken(fault))
      return
    }
    const { schedule, recorder, chooseFlow, seed } = this.#executorRun
    const iteration = this.#next++
    if (schedule.iterations !== undefined) recorder.countArrival()
    this.#iterations.begin({
      iteration,
      seed: hash(seed, this.#number, iteration),
      flow: chooseFlow(this.#number, iteration),
      intendedAtMs: this.#intendedAtMs,
    })
  }

  #mayStart(): boolean {
    const { signal, clock } = this.#executorRun
    const { interrupted } = this.#iterations.user
    return !signal.aborted && !interrupted && clock.now() < this.#endsAtMs && this.#budget()
  }

  async #leave(): Promise<void> {
    const { users, recorder } = this.#executorRun
    const { user } = this.#iterations
    recorder.userEnded()
    users.delete(user)
    await user.close()
    this.#living.end()
  }
}

function sharedBudget({ schedule, share }: UsersDrive): Budget | undefined {
  if (schedule.iterations === undefined || !('shared' in schedule.iterations)) return undefined
  let left = sliceIterations(schedule, share)
  return () => left-- > 0
}

function ownBudget({ schedule }: UsersDrive): Budget {
  if (schedule.iterations === undefined || !('perUser' in schedule.iterations)) return NO_BUDGET
  let left = schedule.iterations.perUser
  return () => left-- > 0
}

const NO_BUDGET: Budget = () => true
