import { hash } from '../../../lib/core/base/random.ts'
import { sliceArrivals } from '../../../lib/core/plan/slice.ts'
import type { Schedule } from '../../../lib/core/schedule/executors.ts'
import { yieldToEventLoop } from '../time/yield-to-event-loop.ts'
import type { ExecutorRun } from './executor-run.ts'
import { type IterationOwner, Iterations } from './iteration.ts'
import { WaitGroup } from './wait-group.ts'

type ArrivalsDrive = ExecutorRun<Extract<Schedule, { kind: 'arrivals' }>>

/** Starts in one go; a generator that is behind must still read its answers. */
const STARTS_BEFORE_GIVING_WAY = 64

/** Starts every arrival of the slice at its time, and resolves when the last iteration has ended. */
export async function runArrivals(executorRun: ArrivalsDrive): Promise<void> {
  const { clock, signal, recorder, originMs } = executorRun
  const pool = new UserPool(executorRun)
  let startedAtOnce = 0
  for (const { iteration, atMs } of sliceArrivals(
    executorRun.schedule,
    executorRun.share,
    executorRun.part,
  )) {
    const dueAtMs = originMs + atMs
    if (dueAtMs > clock.now()) {
      await clock.sleepUntil(dueAtMs, signal)
      startedAtOnce = 0
    } else if (++startedAtOnce % STARTS_BEFORE_GIVING_WAY === 0) await yieldToEventLoop()
    if (signal.aborted) break
    const iterations = pool.take()
    if (!iterations) {
      recorder.advance(clock.now())
      recorder.second.dropped++
      recorder.series('dropped_iterations', { reason: 'no_free_user' }).add(1)
      continue
    }
    recorder.countArrival()
    const flow = executorRun.chooseFlow(0, iteration)
    iterations.begin({ iteration, seed: hash(executorRun.seed, iteration), flow, intendedAtMs: dueAtMs })
  }
  pool.interruptAt(originMs + executorRun.part.toMs + executorRun.gracefulStopMs)
  await pool.over()
}

/** The slice's users, brought up as they are needed; the last one freed is the first one taken, so few stay warm. */
class UserPool implements IterationOwner {
  readonly #executorRun: ArrivalsDrive
  readonly #free: Iterations[] = []
  readonly #all: Iterations[] = []
  readonly #busy = new WaitGroup()
  #nextNumber: number

  constructor(executorRun: ArrivalsDrive) {
    this.#executorRun = executorRun
    this.#nextNumber = executorRun.share.slice
  }

  /** The iterations of a user with nothing to do; `undefined` where all are busy and no more are allowed. */
  take(): Iterations | undefined {
    const iterations = this.#free.pop() ?? this.#create()
    if (!iterations) return undefined
    this.#executorRun.recorder.userStarted()
    this.#busy.begin()
    return iterations
  }

  iterationEnded(iterations: Iterations): void {
    this.#executorRun.recorder.userEnded()
    if (!iterations.user.interrupted) this.#free.push(iterations)
    this.#busy.end()
  }

  broken(fault: unknown): void {
    this.#busy.fail(fault)
  }

  interruptAt(atMs: number): void {
    for (const { user } of this.#all) user.interruptAtMs = atMs
  }

  /** Resolves when no user is busy any more, and all have gone. */
  async over(): Promise<void> {
    await this.#busy.over()
    for (const { user } of this.#all) this.#executorRun.users.delete(user)
    await Promise.all(this.#all.map(({ user }) => user.close()))
  }

  #create(): Iterations | undefined {
    const { schedule, share, firstUser, users, createUser, meter } = this.#executorRun
    if (this.#nextNumber >= schedule.peakUsers) return undefined
    const user = createUser(firstUser + this.#nextNumber)
    this.#nextNumber += share.slices
    users.add(user)
    const iterations = new Iterations(user, meter, this)
    this.#all.push(iterations)
    return iterations
  }
}
