import type { Plan } from '../../../lib/core/plan/plan.ts'
import type { DataRow } from '../../../lib/core/scenario/flow.ts'
import type { Scenario } from '../../../lib/core/scenario/scenario.ts'
import type { Clock } from '../../../lib/ports.ts'
import { HttpMeter } from '../http-client/http-meter.ts'
import { RequestBuilder } from '../http-client/http-request.ts'
import { LinkOpener } from '../messages/open-link.ts'
import type { Recorder } from '../metering/recorder.ts'
import type { RequestLog } from '../metering/request-log.ts'
import { TaggedMeters } from '../metering/tagged-meters.ts'
import { RpcMeter } from '../rpc/rpc-meter.ts'
import type { RpcTools } from '../rpc/rpc-tools.ts'
import { StreamMeter } from '../stream/stream-meter.ts'
import { Sleepers } from '../time/sleepers.ts'
import { customMetrics } from './custom-metrics.ts'
import type { Network } from './network.ts'
import { UserClient } from './user-client.ts'
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
  network: Network
}

/** Puts together what the users of one generator share. */
export function createServices(options: ServicesOptions): UserServices {
  const { plan, scenario, data, setup, recorder, clock, log, network } = options
  const { client, guard, tls, dial } = network
  const sleepers = new Sleepers(clock)
  const sockets = { open: 0 }
  const tools: RpcTools = {
    builder: new RequestBuilder({ targetUrl: plan.target.url, http: scenario.http }),
    meter: new HttpMeter(recorder, log),
    client,
    guard,
    tls,
    dial,
    clock,
    links: new LinkOpener({ recorder, clock, sockets }),
    streams: new TaggedMeters((tags) => new StreamMeter(recorder, clock, tags)),
    rpcs: new TaggedMeters((tags) => new RpcMeter(recorder, clock, tags)),
  }
  network.preconnect?.record(recorder)
  return {
    clock,
    recorder,
    setup,
    metrics: customMetrics(scenario.metrics, recorder),
    dataOf: (user) => userData(scenario.data, data, user),
    openClient: (user) =>
      new UserClient(tools, user, network.preconnect?.take(user.id) ?? network.openNetwork()),
    sleepers,
    openSockets: () => client.openSockets() + sockets.open,
    async close() {
      sleepers.close()
      log?.close()
      await network.preconnect?.close()
      await client.close()
    },
  }
}
