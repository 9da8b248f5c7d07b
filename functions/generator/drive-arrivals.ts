import type { Schedule } from '../../lib/core/executor/schedule.ts'
import { hash } from '../../lib/core/random.ts'
import { sliceArrivals } from '../../lib/core/slice.ts'
import type { Drive } from './drive.ts'
import { giveWay } from './give-way.ts'
import type { GeneratorUser } from './virtual-user.ts'

type ArrivalsDrive = Drive<Extract<Schedule, { kind: 'arrivals' }>>

/** Starts in one go; a generator that is behind must still read its answers. */
const STARTS_BEFORE_GIVING_WAY = 64

/** Starts every arrival of the slice at its time, and resolves when the last iteration has ended. */
export async function driveArrivals(drive: ArrivalsDrive): Promise<void> {
  const { clock, signal, recorder, runner, originMs } = drive
  const pool = new UserPool(drive)
  const running = new Set<Promise<void>>()
  let startedAtOnce = 0
  for (const { iteration, atMs } of sliceArrivals(drive.schedule, drive.share, drive.part)) {
    const dueAtMs = originMs + atMs
    if (dueAtMs > clock.now()) {
      await clock.sleepUntil(dueAtMs, signal)
      startedAtOnce = 0
    } else if (++startedAtOnce % STARTS_BEFORE_GIVING_WAY === 0) await giveWay()
    if (signal.aborted) break
    const user = pool.take()
    if (!user) {
      recorder.advance(clock.now())
      recorder.second.dropped++
      recorder.series('dropped_iterations', { reason: 'no_free_user' }).add(1)
      continue
    }
    recorder.countArrival()
    const flow = drive.chooseFlow(0, iteration)
    const seed = hash(drive.seed, iteration)
    const run = runner.run(user, { iteration, seed, flow, intendedAtMs: dueAtMs }).finally(() => {
      pool.give(user)
      running.delete(run)
    })
    running.add(run)
  }
  pool.interruptAt(originMs + drive.part.toMs + drive.gracefulStopMs)
  await Promise.all(running)
  await pool.close()
}

/** The slice's users, brought up as they are needed; the last one freed is the first one taken, so few stay warm. */
class UserPool {
  readonly #drive: ArrivalsDrive
  readonly #free: GeneratorUser[] = []
  readonly #all: GeneratorUser[] = []
  #nextNumber: number

  constructor(drive: ArrivalsDrive) {
    this.#drive = drive
    this.#nextNumber = drive.share.slice
  }

  /** A user with nothing to do, or `undefined` where all are busy and no more are allowed. */
  take(): GeneratorUser | undefined {
    const user = this.#free.pop() ?? this.#create()
    if (user) this.#drive.recorder.userStarted()
    return user
  }

  give(user: GeneratorUser): void {
    this.#drive.recorder.userEnded()
    if (!user.interrupted) this.#free.push(user)
  }

  interruptAt(atMs: number): void {
    for (const user of this.#all) user.interruptAtMs = atMs
  }

  async close(): Promise<void> {
    for (const user of this.#all) this.#drive.users.delete(user)
    await Promise.all(this.#all.map((user) => user.close()))
  }

  #create(): GeneratorUser | undefined {
    const { schedule, share, firstUser, users, createUser } = this.#drive
    if (this.#nextNumber >= schedule.peakUsers) return undefined
    const user = createUser(firstUser + this.#nextNumber)
    this.#nextNumber += share.slices
    this.#all.push(user)
    users.add(user)
    return user
  }
}
