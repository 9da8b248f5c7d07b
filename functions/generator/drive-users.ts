import type { Schedule, Span } from '../../lib/core/executor/schedule.ts'
import { hash } from '../../lib/core/random.ts'
import { sliceIterations, sliceUsers } from '../../lib/core/slice.ts'
import type { Drive } from './drive.ts'
import { giveWay } from './give-way.ts'

type UsersDrive = Drive<Extract<Schedule, { kind: 'users' }>>

/** Room for the iterations of one life of a user, and for its lives in one window. */
const ITERATIONS_PER_LIFE = 2 ** 20
const LIVES_PER_WINDOW = 2 ** 10

/** Takes one iteration out of those that may still be started; false when none is left. */
type Budget = () => boolean

/** Brings each user of the slice up for its spans, and resolves when the last has ended. */
export async function driveUsers(drive: UsersDrive): Promise<void> {
  const { clock, signal, originMs } = drive
  const shared = sharedBudget(drive)
  const living = new Set<Promise<void>>()
  const lives = new Map<number, number>()
  for (const { user, span } of sliceUsers(drive.schedule, drive.share, drive.part)) {
    await clock.sleepUntil(originMs + span.fromMs, signal)
    if (signal.aborted) break
    const life = lives.get(user) ?? 0
    lives.set(user, life + 1)
    const first = (drive.window * LIVES_PER_WINDOW + life) * ITERATIONS_PER_LIFE
    const ended = live(drive, user, span, first, shared ?? ownBudget(drive)).finally(() =>
      living.delete(ended),
    )
    living.add(ended)
  }
  await Promise.all(living)
}

async function live(
  drive: UsersDrive,
  number: number,
  span: Span,
  first: number,
  budget: Budget,
): Promise<void> {
  const { clock, signal, recorder, runner, originMs } = drive
  const endsAtMs = originMs + span.toMs
  const user = drive.createUser(drive.firstUser + number)
  user.interruptAtMs = endsAtMs + drive.gracefulStopMs
  drive.users.add(user)
  recorder.userStarted()
  let intendedAtMs = originMs + span.fromMs
  const counted = drive.schedule.iterations !== undefined
  for (let i = first; mayStart(); i++) {
    if (counted) recorder.countArrival()
    const seed = hash(drive.seed, number, i)
    await runner.run(user, { iteration: i, seed, flow: drive.chooseFlow(number, i), intendedAtMs })
    // A flow that waits for nothing would otherwise starve every timer and socket.
    if (!user.waited) await giveWay()
    intendedAtMs = clock.now()
  }
  recorder.userEnded()
  drive.users.delete(user)
  await user.close()

  function mayStart(): boolean {
    return !signal.aborted && !user.interrupted && clock.now() < endsAtMs && budget()
  }
}

function sharedBudget({ schedule, share }: UsersDrive): Budget | undefined {
  if (schedule.iterations === undefined || !('shared' in schedule.iterations)) return undefined
  let left = sliceIterations(schedule, share)
  return () => left-- > 0
}

function ownBudget({ schedule }: UsersDrive): Budget {
  if (schedule.iterations === undefined || !('perUser' in schedule.iterations)) return () => true
  let left = schedule.iterations.perUser
  return () => left-- > 0
}
