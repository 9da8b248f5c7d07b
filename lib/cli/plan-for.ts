import { availableParallelism } from 'node:os'
import { type LoadRequest, makePlan } from '../core/plan/make-plan.ts'
import type { Plan } from '../core/plan/plan.ts'
import { runNameOf } from '../core/plan/run-name.ts'
import type { LoadedScenario } from '../scenario/scenario-file.ts'

/** The plan of a run on this machine: a generator for each core, unless the request says otherwise. */
export function planFor(loaded: LoadedScenario, request: LoadRequest, run: string, targetUrl: string): Plan {
  return makePlan(loaded.scenario, request, {
    run,
    module: loaded.module,
    targetUrl,
    seed: Math.floor(Math.random() * 2 ** 32),
    generators: availableParallelism(),
  })
}

/** What a run is called where nobody named it. */
export function runId({ scenario }: LoadedScenario, { profile }: LoadRequest): string {
  return runNameOf(scenario.name, profile, new Date(), Math.random().toString(36).slice(2))
}
