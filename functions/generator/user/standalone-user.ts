import { hashText } from '../../../lib/core/base/random.ts'
import { cutsOf } from '../../../lib/core/plan/cut.ts'
import type { Plan } from '../../../lib/core/plan/plan.ts'
import type { VirtualUser } from '../../../lib/core/scenario/flow.ts'
import type { Clock } from '../../../lib/ports.ts'
import { loadData } from '../../../lib/scenario/data-file.ts'
import type { LoadedScenario } from '../../../lib/scenario/scenario-file.ts'
import { routeOf } from '../http-client/route.ts'
import { Recorder } from '../metering/recorder.ts'
import { createNetwork } from './network.ts'
import { createServices } from './services.ts'
import { GeneratorUser } from './virtual-user.ts'

interface LoneUserOptions {
  plan: Plan
  loaded: LoadedScenario
  clock: Clock
  setup: unknown
  /** By default it is loaded. */
  data?: Awaited<ReturnType<typeof loadData>>
}

/** Does something once, as a virtual user outside the load: with the same powers, and measured nowhere. */
export async function asUserOfItsOwn<T>(
  { plan, loaded, clock, setup, data: given }: LoneUserOptions,
  name: string,
  work: (vu: VirtualUser) => Promise<T>,
): Promise<T> {
  const { scenario } = loaded
  const data = given ?? (await loadData(loaded, plan.peakUsers))
  const recorder = new Recorder({
    startAtMs: clock.now(),
    fromMs: 0,
    cuts: cutsOf(plan),
    metrics: plan.metrics,
    onInterval: () => undefined,
  })
  const network = createNetwork({ plan, scenario, clock, route: await routeOf(scenario.http) })
  const services = createServices({ plan, scenario, data, setup, recorder, clock, network })
  const user = new GeneratorUser(0, services)
  try {
    user.beginIteration(
      {
        iteration: 0,
        seed: plan.seed ^ hashText(name),
        flow: { name, run: work },
        intendedAtMs: clock.now(),
      },
      0,
    )
    return await work(user)
  } finally {
    await user.close()
    await services.close()
  }
}
