import { z } from 'zod'
import { durationMs, durationSchema } from '../base/duration.ts'
import { type Mistake, VolleyError } from '../base/errors.ts'
import { mistakesOf } from '../base/mistake.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Threshold } from '../metrics/threshold.ts'
import { stageNames } from '../scenario/check-scenario.ts'
import { experimentsOf } from '../scenario/experiment.ts'
import type { Profile } from '../scenario/profile.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { StageSpan } from '../scenario/stage.ts'
import type { Chaos } from '../schedule/chaos.ts'
import type { ExecutorConfig } from '../schedule/executors.ts'
import { type Schedule, scheduleOf } from '../schedule/executors.ts'
import { PLAN_SCHEMA, type Plan } from './plan.ts'
import { refuseBeyondLimits } from './plan-limits.ts'
import { FREE } from './quote.ts'
import { rescale } from './rescale.ts'

/** Snapshots per run aimed at where the interval may be shorter than ten seconds. */
const SNAPSHOTS_AIMED_AT = 300
const MAX_INTERVAL_MS = 10_000

/** What a user may ask of a run; everything but the scenario has a default. */
export const loadRequestSchema = z.strictObject({
  profile: z.string().optional(),
  duration: durationSchema.optional(),
  users: z.number().int().min(1).max(10_000_000).optional(),
  rate: z.number().positive().max(10_000_000).optional(),
  target: z.string().optional(),
  allow: z.array(z.string()).default([]),
  environment: z.string().optional(),
  note: z.string().optional(),
  generators: z.number().int().min(1).max(10_000).optional(),
  seed: z.number().int().min(0).max(4_294_967_295).optional(),
  /** Longest part of a slice that one process carries. */
  window: durationSchema.optional(),
  logRequests: z.string().optional(),
})
export type LoadRequest = z.infer<typeof loadRequestSchema>

/** What the planner has to be told by its edge. */
export interface PlanFacts {
  run: string
  /** URL of the scenario's module. */
  module: string
  targetUrl: string
  /** Seed of a run that asks for none. */
  seed: number
  /** Generators of a run that asks for no number. */
  generators: number
}

/** Validates a request of unknown shape. Throws `INPUT_INVALID` with all mistakes, fields written as flags. */
export function parseLoadRequest(request: unknown): LoadRequest {
  const parsed = loadRequestSchema.safeParse(request)
  if (parsed.success) return parsed.data
  throw new VolleyError(
    'INPUT_INVALID',
    'the run cannot be planned',
    mistakesOf(parsed.error, request).map(asFlag),
  )
}

/** Turns a scenario and a request into the plan that all processes share. Throws `INPUT_INVALID` with all mistakes. */
export function makePlan(scenario: Scenario, request: LoadRequest, facts: PlanFacts): Plan {
  const profileName = chosenProfile(scenario, request)
  const profile = rescale(scenario.profiles[profileName] as Profile, {
    durationMs: request.duration === undefined ? undefined : durationMs(request.duration),
    users: request.users,
    rate: request.rate,
  })
  const executors = namedExecutors(profile.executors)
  const schedules = executors.map(scheduleOf)
  const timing = timingOf(executors, schedules)
  const windowMs = request.window === undefined ? timing.durationMs : durationMs(request.window)
  const size = {
    ...timing,
    plannedArrivals: schedules.reduce((sum, schedule) => sum + plannedArrivals(schedule), 0),
    peakUsers: schedules.reduce((sum, { peakUsers }) => sum + peakUsers, 0),
    slices: request.generators ?? facts.generators,
    windowMs,
    intervalMs: intervalOf(timing.durationMs),
  }
  const stageCount = schedules.reduce((sum, { stages }) => sum + stages.length, 0)
  refuseBeyondLimits({ ...size, profile: profileName, stages: stageCount }, request)
  const stages = executors.map((executor, i) => stagesOf(executor, schedules[i] as Schedule))
  refuseUnrelayable(executors, schedules, windowMs, timing.durationMs)
  return {
    schema: PLAN_SCHEMA,
    run: facts.run,
    scenario: { name: scenario.name, module: facts.module },
    profile: profileName,
    ...(request.environment !== undefined && { environment: request.environment }),
    ...(request.note !== undefined && { note: request.note }),
    seed: request.seed ?? facts.seed,
    target: {
      url: facts.targetUrl,
      allow: request.allow,
      ...(scenario.http.proxy !== undefined && { proxy: scenario.http.proxy }),
    },
    ...(scenario.http.carrier === 'undici' && { carrier: scenario.http.carrier }),
    flows: Object.entries(scenario.flows).map(([name, { weight }]) => ({ name, weight })),
    executors,
    stages: stages.flat(),
    experiments: executors.flatMap((executor, i) =>
      (stages[i] as StageSpan[]).flatMap((stage, j) => experimentsOf(chaosOf(executor, j), stage)),
    ),
    ...size,
    connectionsPerUser: scenario.connectionsPerUser,
    metrics: scenario.metrics,
    sources: scenario.sources,
    thresholds: thresholdsOf(scenario, profileName),
    quote: FREE,
    ...(request.logRequests !== undefined && { logRequests: request.logRequests }),
  }
}

/** Iterations that an executor promises to start. Users that come and go promise none. */
export function plannedArrivals(schedule: Schedule): number {
  if (schedule.kind === 'arrivals') return schedule.count
  const { iterations, peakUsers } = schedule
  if (iterations === undefined) return 0
  return 'shared' in iterations ? iterations.shared : iterations.perUser * peakUsers
}

/** The number of the first user of each executor: users are numbered through the whole plan. */
export function firstUsers(schedules: readonly Schedule[]): number[] {
  let next = 0
  return schedules.map(({ peakUsers }) => {
    const first = next
    next += peakUsers
    return first
  })
}

function chosenProfile(scenario: Scenario, { profile }: LoadRequest): string {
  const names = Object.keys(scenario.profiles)
  const chosen = profile ?? scenario.defaultProfile ?? (names[0] as string)
  if (Object.hasOwn(scenario.profiles, chosen)) return chosen
  throw new VolleyError('INPUT_INVALID', `${scenario.name} has no profile ${chosen}`, [
    {
      field: '--profile',
      value: chosen,
      limit: `one of ${names.join(', ')}`,
      next: didYouMean(chosen, names),
    },
  ])
}

/** Gives every executor a name of its own. */
function namedExecutors(executors: readonly ExecutorConfig[]): (ExecutorConfig & { name: string })[] {
  const taken = new Set<string>()
  return executors.map((executor) => {
    const wanted = executor.name ?? executor.executor
    let name = wanted
    for (let i = 2; taken.has(name); i++) name = `${wanted}-${i}`
    taken.add(name)
    return { ...executor, name }
  })
}

function timingOf(
  executors: readonly ExecutorConfig[],
  schedules: readonly Schedule[],
): Pick<Plan, 'durationMs' | 'gracefulStopMs'> {
  const ends = executors.map(
    ({ startTime }, i) => durationMs(startTime) + (schedules[i] as Schedule).durationMs,
  )
  const totalMs = Math.max(...ends)
  const drainedAtMs = executors.map(({ gracefulStop }, i) => (ends[i] as number) + durationMs(gracefulStop))
  return { durationMs: totalMs, gracefulStopMs: Math.max(...drainedAtMs) - totalMs }
}

function stagesOf(executor: ExecutorConfig & { name: string }, schedule: Schedule): StageSpan[] {
  const offsetMs = durationMs(executor.startTime)
  const names = stageNames({ executors: [executor] })
  return schedule.stages.map(({ fromMs, toMs }, i) => ({
    name: names[i] as string,
    executor: executor.name,
    fromMs: offsetMs + fromMs,
    toMs: offsetMs + toMs,
  }))
}

function chaosOf(executor: ExecutorConfig, stage: number): Chaos | undefined {
  return 'stages' in executor ? executor.stages[stage]?.chaos : executor.chaos
}

function intervalOf(totalMs: number): number {
  const seconds = Math.ceil(totalMs / SNAPSHOTS_AIMED_AT / 1_000)
  return Math.min(MAX_INTERVAL_MS, Math.max(1, seconds) * 1_000)
}

/** Only the process that runs it knows which of its iterations are done, so such an executor stays in one window. */
function refuseUnrelayable(
  executors: readonly (ExecutorConfig & { name: string })[],
  schedules: readonly Schedule[],
  windowMs: number,
  totalMs: number,
): void {
  if (windowMs >= totalMs) return
  const mistakes = executors.flatMap(({ name, executor, startTime }, i): Mistake[] => {
    const schedule = schedules[i] as Schedule
    const counted = schedule.kind === 'users' && schedule.iterations !== undefined
    const endMs = durationMs(startTime) + schedule.durationMs
    if (!counted || endMs <= windowMs / 2) return []
    return [
      {
        field: `executors.${name}.maxDuration`,
        value: `${endMs} ms with its start time`,
        limit: `at most ${windowMs / 2} ms: ${executor} cannot be handed over to another window`,
        next: 'shorten it, or choose a longer --window',
      },
    ]
  })
  if (mistakes.length > 0) throw new VolleyError('INPUT_INVALID', 'the run cannot be relayed', mistakes)
}

/** The rows a profile is judged by. Its own rows take the place of the scenario's rows with the same title. */
export function thresholdsOf({ thresholds: general, profiles }: Scenario, profile: string): Threshold[] {
  const own = profiles[profile]?.thresholds ?? []
  const titles = new Set(own.map(titleOf))
  return [...general.filter((row) => !titles.has(titleOf(row))), ...own]
}

function titleOf({ title, metric }: Threshold): string {
  return title ?? metric
}

function asFlag(mistake: Mistake): Mistake {
  const flag = mistake.field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return { ...mistake, field: `--${flag}` }
}
