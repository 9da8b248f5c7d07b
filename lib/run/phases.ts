/**
 * What every run goes through: prepare, watch (`watch-run.ts`), settle, judge. On one machine `run.ts` calls them in a
 * row; in the cloud `plan-run.ts`, `watch-relayed.ts` and `judge-relayed.ts` call one each.
 */
import { type Judged, judge } from '../../aggregator/judge/judge.ts'
import type { Merge } from '../../aggregator/merge/merge.ts'
import { VolleyError } from '../core/base/errors.ts'
import { type Plan, planKey } from '../core/plan/plan.ts'
import { shownPlan } from '../core/plan/shown-plan.ts'
import { type Observed, observedKey } from '../core/results/observed.ts'
import { type Start, startKey } from '../core/run/relay.ts'
import { setupKey } from '../core/run/setup.ts'
import type { OutsideSeries } from '../core/scenario/source.ts'
import type { MetricsSource, Occasion, SnapshotStore } from '../ports.ts'
import { findStop } from './store/stop.ts'

interface PreparePorts {
  store: SnapshotStore
  /** The scenario's `setup` and `teardown`, opened when the plan is written. */
  openOccasion: () => Promise<Occasion> | Occasion
  /** Called between the two: the run is known from then on. */
  onPlanned?: () => Promise<unknown>
}

/**
 * Writes the plan, without its secrets, and runs the scenario's setup: generators find both. Returns the plan as it was
 * written. Throws `RUN_EXISTS` where there is a plan of that name.
 */
export async function prepare(actual: Plan, ports: PreparePorts): Promise<Plan> {
  const { store, openOccasion, onPlanned } = ports
  const plan = shownPlan(actual)
  await writePlan(plan, store)
  await onPlanned?.()
  await (await openOccasion()).setup()
  return plan
}

async function writePlan(plan: Plan, store: SnapshotStore): Promise<void> {
  if (await store.putOnce(planKey(plan.run), JSON.stringify(plan, null, 2))) return
  throw new VolleyError('RUN_EXISTS', `there is a run ${plan.run} already`, [
    { field: 'run', value: plan.run, limit: 'a name no run has had', next: 'leave it out, or take another' },
  ])
}

/** Writes when the load starts: the run can be judged from then on, even where nothing sees its end. */
export async function writeStart(store: SnapshotStore, run: string, start: Start): Promise<void> {
  const { startAtMs, deadlineAtMs } = start
  await store.put(startKey(run), JSON.stringify({ startAtMs, deadlineAtMs } satisfies Start))
}

interface SettlePorts {
  store: SnapshotStore
  occasion: Occasion
  sources: readonly MetricsSource[]
  /** What was read of other sources while the run went on. */
  sampled?: readonly OutsideSeries[]
}

/**
 * When the load is over: undoes setup, so that the target is free while sources that lag are waited for, reads the
 * sources, and writes down what was observed. Remarks of the teardown come first.
 */
export async function settle(
  run: string,
  ended: Omit<Observed, 'server'>,
  ports: SettlePorts,
): Promise<Observed> {
  const { store, occasion, sources, sampled = [] } = ports
  const remarks = [...(await occasion.teardown()), ...ended.remarks]
  const read = await Promise.all(sources.map((source) => source.read(ended.startAtMs, ended.endedAtMs)))
  const observed: Observed = { ...ended, server: [...sampled, ...read.flat()], remarks }
  await store.put(observedKey(run), JSON.stringify(observed))
  return observed
}

/** Judges what was merged and observed, by why the run was stopped, if it was. */
export async function judgeRun(merge: Merge, observed: Observed, store: SnapshotStore): Promise<Judged> {
  const { plan } = merge
  return judge(plan, merge, observed, await findStop(store, plan.run))
}

/** What `setup` returned is often a token, and after `teardown` nothing needs it any more. */
export async function forgetSetup(store: SnapshotStore, run: string): Promise<void> {
  await store.put(setupKey(run), '{}')
}
