import type { DataRow } from '../../lib/core/flow.ts'
import type { Plan } from '../../lib/core/plan.ts'
import type { Scenario } from '../../lib/core/scenario.ts'
import type { Clock } from '../../lib/ports.ts'
import { customMetrics } from './custom-metrics.ts'
import { createHttpClient } from './http-client.ts'
import { HttpMeter } from './http-meter.ts'
import { RequestBuilder } from './http-request.ts'
import type { Recorder } from './recorder.ts'
import type { RequestLog } from './request-log.ts'
import { HttpSession, type SessionTools } from './session.ts'
import { Sleepers } from './sleepers.ts'
import { createGuard } from './target-guard.ts'
import { createTlsOptions } from './tls-options.ts'
import { userData } from './user-data.ts'
import type { UserServices } from './user-services.ts'

interface ServicesOptions {
  plan: Plan
  scenario: Scenario
  data: Record<string, DataRow[]>
  setup: unknown
  recorder: Recorder
  clock: Clock
  log?: RequestLog | undefined
}

/** Puts together what the users of one generator share. */
export function createServices(options: ServicesOptions): UserServices {
  const { plan, scenario, data, setup, recorder, clock, log } = options
  const guard = createGuard({ allow: plan.target.allow, now: clock.now })
  const tls = createTlsOptions(scenario.http.tls)
  const client = createHttpClient({ http: scenario.http, guard, tls, now: clock.now })
  const sleepers = new Sleepers(clock)
  const tools: SessionTools = {
    targetUrl: plan.target.url,
    builder: new RequestBuilder({ targetUrl: plan.target.url, http: scenario.http }),
    meter: new HttpMeter(recorder, log),
    client,
    guard,
    tls,
    recorder,
    clock,
    sockets: { open: 0 },
  }
  return {
    clock,
    recorder,
    setup,
    metrics: customMetrics(scenario.metrics, recorder),
    dataOf: (user) => userData(scenario.data, data, user),
    openSession: (user) => new HttpSession(tools, user),
    sleepers,
    openSockets: () => client.openSockets() + tools.sockets.open,
    async close() {
      sleepers.close()
      log?.close()
      await client.close()
    },
  }
}
