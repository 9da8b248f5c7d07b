import { durationMs, formatDuration } from '../core/base/duration.ts'
import { EXIT } from '../core/base/errors.ts'
import { printable } from '../core/base/printable.ts'
import { cutsOf } from '../core/plan/cut.ts'
import { parseLoadRequest, plannedArrivals } from '../core/plan/make-plan.ts'
import type { Plan } from '../core/plan/plan.ts'
import { shownPlan } from '../core/plan/shown-plan.ts'
import { windowsOf } from '../core/plan/slice.ts'
import type { StageSpan } from '../core/scenario/stage.ts'
import { scheduleOf } from '../core/schedule/executors.ts'
import { allMistakes } from '../planning/all-mistakes.ts'
import { chooseTarget } from '../planning/choose-target.ts'
import { loadData } from '../scenario/data-file.ts'
import { loadScenario } from '../scenario/scenario-file.ts'
import { type CloudPrice, cloudPriceOf } from './cloud/cloud-price.ts'
import { type LoadFlags, requestOf } from './load-flags.ts'
import { planFor, runId } from './plan-for.ts'
import { alignColumns } from './terminal/table.ts'
import type { Terminal } from './terminal/terminal.ts'

interface PlanFlags extends LoadFlags {
  json?: boolean
}

/** `volley plan`: what a run would do and cost. Nothing is sent and nothing is written. */
export async function planCommand(name: string, flags: PlanFlags, terminal: Terminal): Promise<number> {
  const [loaded, request] = await allMistakes(
    () => loadScenario(name),
    () => parseLoadRequest(requestOf(flags)),
  )
  const [target, plan] = await allMistakes(
    () => chooseTarget(loaded, request),
    () => planFor(loaded, request, runId(loaded, request), ''),
  )
  await loadData(loaded, plan.peakUsers)
  const aimed: Plan = { ...plan, target: { ...plan.target, url: target.url ?? target.model } }
  const shown = shownPlan(aimed)
  terminal.out(
    flags.json ? JSON.stringify(shown, null, 2) : printable(describe(shown, cloudPriceOf(loaded, request))),
  )
  return EXIT.ok
}

function describe(plan: Plan, cloud: CloudPrice): string {
  const windows = windowsOf(plan, 0)
  const rows: [string, string][] = [
    ['scenario', `${plan.scenario.name}, profile ${plan.profile}`],
    ['target', plan.target.url],
    ...wayOf(plan),
    [
      'length',
      `${formatDuration(plan.durationMs)}, then at most ${formatDuration(plan.gracefulStopMs)} to finish`,
    ],
    ['users', `at most ${plan.peakUsers}`],
    ['slices', `${plan.slices}, of at most ${Math.ceil(plan.peakUsers / plan.slices)} users`],
    ['windows', `${windows.length} for each slice, of at most ${formatDuration(plan.windowMs)}`],
    ['snapshots', `every ${formatDuration(plan.intervalMs)}, ${cutsOf(plan).length * plan.slices} in all`],
    ['arrivals', plan.plannedArrivals > 0 ? `${plan.plannedArrivals}` : 'as many as the users make'],
    ['price', `$0 on this machine; ${cloud.short}`],
    ['seed', String(plan.seed)],
  ]
  const facts = rows.map(([label, text]) => `${label.padEnd(10)} ${text}`)
  const itemised = cloud.lines.length === 0 ? [] : ['', ...cloud.lines]
  return [...facts, '', ...stageTable(plan), ...experimentTable(plan), ...itemised].join('\n')
}

/** How requests get to the target, where that is not the usual way. */
function wayOf({ carrier, target: { proxy } }: Plan): [string, string][] {
  if (carrier === undefined) return []
  return [['carrier', proxy === undefined ? carrier : `${carrier}, through ${proxy}`]]
}

/** Faults, which only a deployment injects. */
function experimentTable({ experiments }: Plan): string[] {
  if (experiments.length === 0) return []
  const rows = experiments.map(({ name, template, fromMs, toMs }) => [
    name,
    template,
    formatDuration(fromMs),
    formatDuration(toMs),
  ])
  return ['', ...alignColumns([['experiment (in AWS)', 'template', 'from', 'to'], ...rows])]
}

function stageTable(plan: Plan): string[] {
  const header = ['stage', 'executor', 'from', 'to', 'users', 'arrivals']
  const rows = plan.stages.map((stage) => [
    stage.name,
    stage.executor,
    formatDuration(stage.fromMs),
    formatDuration(stage.toMs),
    ...loadOf(plan, stage),
  ])
  return alignColumns([header, ...rows])
}

/** Users at the start and end of a stage, and the arrivals in it. */
function loadOf(plan: Plan, { executor: name, fromMs, toMs }: StageSpan): [string, string] {
  const executor = plan.executors.find((one) => one.name === name)
  if (!executor) return ['', '']
  const schedule = scheduleOf(executor)
  const offsetMs = durationMs(executor.startTime)
  const [from, to] = [fromMs - offsetMs, toMs - offsetMs]
  if (schedule.kind === 'arrivals')
    return [`at most ${schedule.peakUsers}`, String(schedule.countBefore(to) - schedule.countBefore(from))]
  const users = [schedule.usersAt(from), schedule.usersAt(Math.max(from, to - 1))]
  return [
    users[0] === users[1] ? String(users[0]) : users.join(' → '),
    schedule.iterations === undefined ? '–' : String(plannedArrivals(schedule)),
  ]
}
