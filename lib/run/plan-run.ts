import type { Plan } from '../core/plan/plan.ts'
import { handoversOf, type Planned, RELAY_LEAD_MS, startLeadMs } from '../core/run/relay.ts'
import { parseStartRequest } from '../core/run/start-request.ts'
import { reachTarget } from '../planning/choose-target.ts'
import { draftPlan, type Permitted } from '../planning/draft-plan.ts'
import type { Clock, SnapshotStore } from '../ports.ts'
import { loadDeployedScenario } from '../scenario/deployed-scenario.ts'
import { occasionOf } from './occasion.ts'
import { prepare, writeStart } from './phases.ts'
import { recordRun, runEntryOf } from './store/run-entry.ts'

/** After the last window and its graceful stop, a generator may still be busy for this long. */
const DEADLINE_SLACK_MS = 5_000
/** Metrics of a minute are in CloudWatch one to three minutes later. */
const CLOUDWATCH_LAG_S = 180

interface PlanPorts {
  store: SnapshotStore
  clock: Clock
  permitted: Permitted
}

/**
 * Plans a run and makes it ready to start: validates, prices, writes the plan, runs the scenario's `setup`.
 * Throws a `VolleyError` for whatever must not start.
 */
export async function planRun(execution: string, input: unknown, ports: PlanPorts): Promise<Planned> {
  const { store, clock, permitted } = ports
  const { run: _, ...request } = parseStartRequest(input, execution)
  const plan = await draftPlan(request, execution, permitted, store)
  await reachTarget(plan.target.url, plan.target)
  await prepare(plan, {
    store,
    onPlanned: () => recordRun(store, runEntryOf(plan, request, clock.now())),
    openOccasion: async () =>
      occasionOf(plan, await loadDeployedScenario(plan.scenario.module, store), store, clock),
  })
  const planned = startOf(plan, clock.now())
  await writeStart(store, plan.run, planned)
  return planned
}

function startOf(plan: Plan, nowMs: number): Planned {
  const startAtMs = Math.ceil(nowMs + startLeadMs(plan.slices))
  const { run, durationMs, gracefulStopMs, windowMs } = plan
  return {
    run,
    startAtMs,
    deadlineAtMs: startAtMs + durationMs + gracefulStopMs + DEADLINE_SLACK_MS,
    durationMs,
    windowMs,
    relayLeadMs: RELAY_LEAD_MS,
    settleSeconds: Object.values(plan.sources).some(({ kind }) => kind === 'cloudwatch')
      ? CLOUDWATCH_LAG_S
      : 0,
    handovers: handoversOf(plan),
  }
}
