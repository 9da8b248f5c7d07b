import type { z } from 'zod'
import { VolleyError } from '../../lib/core/base/errors.ts'
import { planKey, planSchema } from '../../lib/core/plan/plan.ts'
import { actualPlan } from '../../lib/core/plan/shown-plan.ts'
import { windowsOf } from '../../lib/core/plan/slice.ts'
import type { Ending } from '../../lib/core/results/snapshot.ts'
import { setupKey, setupSchema } from '../../lib/core/run/setup.ts'
import { secretsOfRun, secretsOfValue } from '../../lib/core/scenario/known-secrets.ts'
import { maskerOfNames } from '../../lib/core/secrets/mask.ts'
import type { Invocation } from '../../lib/ports.ts'
import { readMessage } from '../../lib/run/store/message.ts'
import { loadData } from '../../lib/scenario/data-file.ts'
import { type LoadedScenario, loadScenarioModule } from '../../lib/scenario/scenario-file.ts'
import { type GenerateOptions, generate } from './generate.ts'
import { routeOf } from './http-client/route.ts'
import { openRequestLog } from './metering/request-log.ts'
import { createNetwork } from './user/network.ts'
import { createServices } from './user/services.ts'
import { asUserOfItsOwn } from './user/standalone-user.ts'
import { warmUp, warmUpMs } from './warm-up.ts'

type PrepareOptions = Pick<
  GenerateOptions,
  'store' | 'clock' | 'stopPollMs' | 'abandon' | 'printed' | 'strays' | 'health'
> & {
  run: string
  invocation: Invocation
  /** With its user name and password; by default as the scenario has it. */
  targetUrl?: string
  /** Finds the plan's module; by default it is a file of this machine. */
  load?: (module: string) => Promise<LoadedScenario>
  /** The common start, where it is known so early: there is less time for a rehearsal then. */
  startAtMs?: number
  /** Hears how many connections have been opened ahead of the start. */
  onConnected?: (count: number) => void
}

/** Between the rehearsal and the start there is time to open connections. */
const AHEAD_MS = 2_000

/** Loads everything one invocation needs, and returns what makes its load from a given start. */
export async function prepare(options: PrepareOptions): Promise<(startAtMs: number) => Promise<Ending>> {
  const {
    run,
    invocation,
    targetUrl,
    store,
    clock,
    load = loadScenarioModule,
    startAtMs = Number.POSITIVE_INFINITY,
  } = options
  const shown = await read(options, planKey(run), planSchema)
  const { value: setup } = await read(options, setupKey(run), setupSchema)
  const loaded = await load(shown.scenario.module)
  const plan = actualPlan(shown, loaded.scenario, targetUrl)
  const data = await loadData(loaded, plan.peakUsers)
  const secrets = [...secretsOfRun(loaded.scenario, plan.target.url), ...secretsOfValue(setup)]
  const log =
    plan.logRequests === undefined
      ? undefined
      : openRequestLog(plan.logRequests, invocation, maskerOfNames(secrets))
  // What can't be built for a user is said before there is any load.
  await asUserOfItsOwn({ plan, loaded, clock, setup, data }, 'trial', async () => undefined)
  const route = await routeOf(loaded.scenario.http)
  const { onConnected } = options
  const network = createNetwork({ plan, scenario: loaded.scenario, clock, route, onConnected })
  const window = windowsOf(plan, invocation.slice)[invocation.window]
  const freeMs = startAtMs + (window?.fromMs ?? 0) - AHEAD_MS - clock.now()
  await warmUp(warmUpMs(plan, freeMs), clock, loaded.scenario.http.carrier)
  return (startAtMs) =>
    generate({
      ...options,
      store,
      plan,
      scenario: loaded.scenario,
      module: loaded.module,
      secrets,
      startAtMs,
      preconnect: network.preconnect,
      createServices: (recorder) =>
        createServices({
          plan,
          scenario: loaded.scenario,
          data,
          setup,
          recorder,
          clock,
          log,
          network,
        }),
    })
}

async function read<T>({ store }: PrepareOptions, key: string, schema: z.ZodType<T>): Promise<T> {
  const message = await readMessage(store, key, schema)
  if (message === undefined) throw new VolleyError('STORE_UNREADABLE', `the store has no ${key}`)
  return message
}
