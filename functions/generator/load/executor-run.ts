import type { Share } from '../../../lib/core/plan/slice.ts'
import type { Schedule, Span } from '../../../lib/core/schedule/executors.ts'
import type { Clock } from '../../../lib/ports.ts'
import type { Flow } from '../contract/start.ts'
import type { Recorder } from '../metering/recorder.ts'
import type { GeneratorUser } from '../user/virtual-user.ts'
import type { IterationMeter } from './iteration.ts'

/** One executor of one slice during one window, and what executorRuns it. Times of the schedule count from `originMs`. */
export interface ExecutorRun<S extends Schedule = Schedule> {
  schedule: S
  share: Share
  /** When the executor starts, epoch milliseconds. */
  originMs: number
  /** The part of its schedule this generator carries. */
  part: Span
  /** Number of the window: a user's iterations are numbered again in each. */
  window: number
  /** How long iterations may go on after the end of their user or of the window. */
  gracefulStopMs: number
  /** Number of the executor's first user. */
  firstUser: number
  /** Seed of this executor. */
  seed: number
  chooseFlow: (user: number, iteration: number) => Flow
  createUser: (id: number) => GeneratorUser
  /** Users that must be interrupted at their `interruptAtMs`. */
  users: Set<GeneratorUser>
  meter: IterationMeter
  recorder: Recorder
  clock: Clock
  /** Set when nothing may start any more. */
  signal: AbortSignal
}
