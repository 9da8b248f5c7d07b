import { durationMs } from '../../../lib/core/base/duration.ts'
import { hash } from '../../../lib/core/base/random.ts'
import { firstUsers } from '../../../lib/core/plan/make-plan.ts'
import type { Plan } from '../../../lib/core/plan/plan.ts'
import { type Share, sliceArrivals, sliceUsers } from '../../../lib/core/plan/slice.ts'
import { flowChooser } from '../../../lib/core/scenario/flow-choice.ts'
import type { Scenario } from '../../../lib/core/scenario/scenario.ts'
import type { ExecutorConfig } from '../../../lib/core/schedule/executors.ts'
import {
  type ArrivalSchedule,
  type Span,
  scheduleOf,
  type UserSchedule,
} from '../../../lib/core/schedule/executors.ts'
import type { Invocation } from '../../../lib/ports.ts'
import type { Flow } from '../contract/start.ts'
import type { ExecutorRun } from './executor-run.ts'
import { runArrivals } from './run-arrivals.ts'
import { runUsers } from './run-users.ts'

/** Arrivals of this first time find an open connection each, so that the start is no storm of handshakes. */
const FIRST_ARRIVALS_MS = 20

/** What all executorRuns of one generator work with. */
export type ExecutorTools = Pick<
  ExecutorRun,
  'users' | 'createUser' | 'meter' | 'recorder' | 'clock' | 'signal'
>

interface WindowOf {
  plan: Plan
  scenario: Scenario
  invocation: Invocation
  startAtMs: number
}

/** Sets every executor of the plan going for this part of the slice; each promise settles when its last iteration has. */
export function startExecutors(
  { plan, scenario, invocation, startAtMs }: WindowOf,
  part: Span,
  crew: ExecutorTools,
): Promise<void>[] {
  const schedules = plan.executors.map(scheduleOf)
  const users = firstUsers(schedules)
  const share = { slice: invocation.slice, slices: plan.slices }
  return plan.executors.map((executor, i) => {
    const schedule = schedules[i] as (typeof schedules)[number]
    const offsetMs = durationMs(executor.startTime)
    const seed = hash(plan.seed, i)
    const executorRun = {
      ...crew,
      share,
      seed,
      window: invocation.window,
      originMs: startAtMs + offsetMs,
      part: { fromMs: part.fromMs - offsetMs, toMs: part.toMs - offsetMs },
      gracefulStopMs: durationMs(executor.gracefulStop),
      firstUser: users[i] as number,
      chooseFlow: flowChoice(executor, plan, scenario, seed),
    }
    const driven =
      schedule.kind === 'users'
        ? runUsers({ ...executorRun, schedule })
        : runArrivals({ ...executorRun, schedule })
    return Promise.all([driven, untilOver({ ...executorRun, schedule })]).then(() => undefined)
  })
}

/** The users of this slice who are there from the very beginning of a part of it, as far as that is known ahead. */
export function usersFrom({ plan, invocation }: Pick<WindowOf, 'plan' | 'invocation'>, part: Span): number[] {
  const schedules = plan.executors.map(scheduleOf)
  const first = firstUsers(schedules)
  const share = { slice: invocation.slice, slices: plan.slices }
  return schedules.flatMap((schedule, i) => {
    const offsetMs = durationMs(plan.executors[i]?.startTime ?? '0s')
    const ownPart = { fromMs: part.fromMs - offsetMs, toMs: part.toMs - offsetMs }
    const users =
      schedule.kind === 'users'
        ? livingAtFirst(schedule, share, ownPart)
        : arrivingAtFirst(schedule, share, ownPart)
    return users.map((user) => (first[i] as number) + user)
  })
}

function livingAtFirst(schedule: UserSchedule, share: Share, part: Span): number[] {
  return sliceUsers(schedule, share, part)
    .filter(({ span }) => span.fromMs === part.fromMs)
    .map(({ user }) => user)
}

/** Users come up in the order of their numbers; how many of them it takes, only the target's answers will tell. */
function arrivingAtFirst(schedule: ArrivalSchedule, share: Share, { fromMs }: Span): number[] {
  const users: number[] = []
  for (const _ of sliceArrivals(schedule, share, { fromMs, toMs: fromMs + FIRST_ARRIVALS_MS })) {
    const user = share.slice + users.length * share.slices
    if (user < schedule.peakUsers) users.push(user)
  }
  return users
}

/** An executor lasts until its end even when nothing is left to start, unless it ends with its last iteration. */
async function untilOver({ schedule, clock, originMs, part, signal }: ExecutorRun): Promise<void> {
  if (schedule.kind === 'users' && schedule.iterations !== undefined) return
  await clock.sleepUntil(originMs + Math.min(part.toMs, schedule.durationMs), signal)
}

function flowChoice(
  executor: ExecutorConfig,
  plan: Plan,
  scenario: Scenario,
  seed: number,
): (user: number, iteration: number) => Flow {
  const weights = weightsOf(executor, plan)
  const choose = flowChooser(weights, seed)
  const flows = weights.map(({ name }): Flow => ({ name, run: scenario.flows[name]?.run as Flow['run'] }))
  return (user, iteration) => flows[choose(user, iteration)] as Flow
}

function weightsOf({ flows }: ExecutorConfig, plan: Plan): { name: string; weight: number }[] {
  if (flows === undefined) return plan.flows
  if (Array.isArray(flows)) return plan.flows.filter(({ name }) => flows.includes(name))
  return Object.entries(flows).map(([name, weight]) => ({ name, weight }))
}
