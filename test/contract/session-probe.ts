import { onTestFinished } from 'vitest'
import type { RequestContext } from '../../functions/generator/contract/request-context.ts'
import { UserCookies } from '../../functions/generator/cookies/cookie-jar.ts'
import type { CarrierKind } from '../../functions/generator/http/carrier.ts'
import { createHttpClient } from '../../functions/generator/http-client/http-client.ts'
import { HttpMeter } from '../../functions/generator/http-client/http-meter.ts'
import { RequestBuilder } from '../../functions/generator/http-client/http-request.ts'
import { LinkOpener } from '../../functions/generator/messages/open-link.ts'
import { Recorder } from '../../functions/generator/metering/recorder.ts'
import { TaggedMeters } from '../../functions/generator/metering/tagged-meters.ts'
import { type Dial, dial as dialStraight } from '../../functions/generator/net/dial.ts'
import { createGuard } from '../../functions/generator/net/target-guard.ts'
import { createTlsOptions } from '../../functions/generator/net/tls-options.ts'
import { RpcMeter } from '../../functions/generator/rpc/rpc-meter.ts'
import type { RpcTools } from '../../functions/generator/rpc/rpc-tools.ts'
import { StreamMeter } from '../../functions/generator/stream/stream-meter.ts'
import { CallsInFlight } from '../../functions/generator/time/calls-in-flight.ts'
import { UserClient } from '../../functions/generator/user/user-client.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import type { Resolve } from '../../lib/adapters/net/checked-lookup.ts'
import type { Series } from '../../lib/core/results/snapshot.ts'
import type { HttpSettings } from '../../lib/core/scenario/scenario.ts'
import type { Clock } from '../../lib/ports.ts'

export const WITHIN: RequestContext = { flow: 'only', lagMs: 0, seed: 1 }

/** One user's session as generators make it, and everything that was recorded of it. */
export interface SessionProbe {
  session: UserClient
  /** The target wants TLS. */
  secure: boolean
  abort: AbortController
  openSockets: () => number
  /** Ends the recording and returns the series of a metric. */
  recorded: (metric: string) => Series[]
}

export interface ProbeOptions {
  now?: () => number
  timeout?: string
  allow?: string[]
  resolve?: Resolve
  tls?: Partial<HttpSettings['tls']>
  version?: HttpSettings['version']
  headers?: Record<string, string>
  /** By default the one for the version of HTTP. */
  carrier?: CarrierKind
  /** By default straight. */
  dial?: Dial
}

export function probeSession(
  targetUrl: string,
  {
    now = systemClock.now,
    timeout = '10s',
    allow = [],
    resolve,
    tls: tlsSettings = { insecure: true },
    version = '1.1',
    headers = {},
    carrier,
    dial = dialStraight,
  }: ProbeOptions = {},
): SessionProbe {
  let series: Series[] | undefined
  const recorder = new Recorder({
    startAtMs: now(),
    fromMs: 0,
    cuts: [{ seq: 0, fromMs: 0, toMs: 3_600_000, stages: [] }],
    metrics: {},
    onInterval: (interval) => {
      series = interval.series
    },
  })
  const clock: Clock = { ...systemClock, now }
  const http = {
    ...{ timeout: timeout as '10s', headers, redirects: 10, connections: 'per-user' as const },
    ...{ maxBodyBytes: 1_000_000, version },
  }
  const guard = createGuard({ allow, ...(resolve && { resolve }) })
  const tls = createTlsOptions({ insecure: false, ...tlsSettings })
  const client = createHttpClient({ http, guard, tls, now, dial, ...(carrier && { carrier }) })
  const sockets = { open: 0 }
  const tools: RpcTools = {
    ...{ client, guard, tls, dial, clock },
    builder: new RequestBuilder({ targetUrl, http }),
    meter: new HttpMeter(recorder),
    links: new LinkOpener({ recorder, clock, sockets }),
    streams: new TaggedMeters((tags) => new StreamMeter(recorder, clock, tags)),
    rpcs: new TaggedMeters((tags) => new RpcMeter(recorder, clock, tags)),
  }
  const abort = new AbortController()
  const owner = {
    id: 0,
    lastStep: '',
    calls: new CallsInFlight(),
    get signal() {
      return abort.signal
    },
    get interrupted() {
      return abort.signal.aborted
    },
  }
  const cookies = new UserCookies(targetUrl, now)
  const session = new UserClient(tools, owner, { cookies, connection: client.openState({ cookies }) })
  abort.signal.addEventListener('abort', () => session.interrupt())
  onTestFinished(async () => {
    await session.close()
    await client.close()
  })
  return {
    ...{ session, abort, secure: targetUrl.startsWith('https:') },
    openSockets: () => client.openSockets() + sockets.open,
    recorded(metric) {
      if (!series) recorder.finish(now())
      return (series ?? []).filter((each) => each.metric === metric)
    },
  }
}
