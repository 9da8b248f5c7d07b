import type { DataRow } from '../../lib/core/flow.ts'
import type { Plan } from '../../lib/core/plan.ts'
import type { Scenario } from '../../lib/core/scenario.ts'
import type { Clock } from '../../lib/ports.ts'
import { customMetrics } from './custom-metrics.ts'
import { createHttpClient } from './http-client.ts'
import { HttpMeter } from './http-meter.ts'
import { RequestBuilder } from './http-request.ts'
import { LinkOpener } from './link/open-link.ts'
import type { Recorder } from './recorder.ts'
import type { RequestLog } from './request-log.ts'
import { RpcMeter } from './rpc/rpc-meter.ts'
import { HttpSession, type SessionTools } from './session.ts'
import { StreamMeter } from './stream/stream-meter.ts'
import { TaggedMeters } from './tagged-meters.ts'
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
  const sockets = { open: 0 }
  const tools: SessionTools = {
    targetUrl: plan.target.url,
    builder: new RequestBuilder({ targetUrl: plan.target.url, http: scenario.http }),
    meter: new HttpMeter(recorder, log),
    client,
    guard,
    tls,
    recorder,
    clock,
    links: new LinkOpener({ recorder, clock, sockets }),
    streams: new TaggedMeters((tags) => new StreamMeter(recorder, clock, tags)),
    rpcs: new TaggedMeters((tags) => new RpcMeter(recorder, clock, tags)),
  }
  return {
    clock,
    recorder,
    setup,
    metrics: customMetrics(scenario.metrics, recorder),
    dataOf: (user) => userData(scenario.data, data, user),
    openSession: (signal) => new HttpSession(tools, signal),
    openSockets: () => client.openSockets() + sockets.open,
    async close() {
      log?.close()
      await client.close()
    },
  }
}
