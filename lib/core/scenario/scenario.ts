import { z } from 'zod'
import { durationSchema } from '../base/duration.ts'
import { type MetricDefinition, metricDefinitionSchema } from '../metrics/metric.ts'
import { thresholdSchema } from '../metrics/threshold.ts'
import { type Feeder, feederSchema } from './feeder.ts'
import { type HttpVersion, nameFault, valueFault } from './flow/header-rules.ts'
import type { VirtualUser } from './flow.ts'
import { profileSchema } from './profile.ts'
import { proxyFault } from './proxy-url.ts'
import { sourcesSchema } from './source.ts'

const name = z.string().regex(/^[\w-]+$/, { error: 'must be letters, digits, - and _' })
const metricName = z.string().regex(/^[a-z_]\w*$/i, { error: 'must be letters, digits and _' })
const code = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', {
  error: 'must be a function',
})

/** Of one request, as browsers have it. */
export const MAX_REDIRECTS = 20

const httpFields = z.strictObject({
  timeout: durationSchema.default('30s'),
  redirects: z.number().int().min(0).max(MAX_REDIRECTS).default(10),
  /** `2`: HTTP/2, which TLS servers may decline; without TLS they have to know it. */
  version: z.enum(['1.1', '2']).default('1.1'),
  /** What writes and reads requests: Volley itself, or undici as Node's own `fetch` does. */
  carrier: z.enum(['volley', 'undici']).default('volley'),
  /** What connections go through; needs undici as the carrier. */
  proxy: z.string().optional(),
  /** `per-user`: each user has a connection of its own, as browsers do. `pooled`: the generator's users share. */
  connections: z.enum(['per-user', 'pooled']).default('per-user'),
  headers: z.record(z.string(), z.string()).default({}),
  /** Longer bodies end the request as `body_too_large`. */
  maxBodyBytes: z.number().int().positive().default(10_485_760),
  tls: z
    .strictObject({
      /** Accept certificates that no known authority signed. */
      insecure: z.boolean().default(false),
      /** PEM text of further authorities. */
      ca: z.string().optional(),
      cert: z.string().optional(),
      key: z.string().optional(),
      /** Of an encrypted key. */
      passphrase: z.string().optional(),
      serverName: z.string().optional(),
    })
    .prefault({}),
})

/** What no request could be made with is a mistake of the scenario, and not of each of its requests. */
const httpSchema = httpFields.superRefine(({ headers, version, carrier, proxy }, context) => {
  const fault = (field: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [field], message })
  if (carrier === 'undici' && version === '2')
    fault('version', "1.1 with the carrier undici: HTTP/2 is Volley's own")
  if (proxy !== undefined && carrier !== 'undici')
    fault('carrier', 'undici where there is a proxy: Volley itself connects straight')
  const proxyLimit = proxy === undefined ? undefined : proxyFault(proxy)
  if (proxyLimit !== undefined) fault('proxy', proxyLimit)
  for (const [written, value] of Object.entries(headers)) {
    const limit = headerLimit(written.toLowerCase(), value, version)
    if (limit !== undefined)
      context.addIssue({ code: 'custom', path: ['headers', written], message: `must be ${limit}` })
  }
})

function headerLimit(name: string, value: string, version: HttpVersion): string | undefined {
  if (name === 'content-length') return 'set by requests: bodies differ'
  return nameFault(name, version) ?? valueFault(name, value, version)
}
export type HttpSettings = z.infer<typeof httpSchema>

const targetSchema = z.strictObject({
  url: z.string().optional(),
  /** Named targets, chosen with `--environment`. */
  environments: z.record(name, z.string()).default({}),
  /** Module of the model target, relative to the scenario's file; it is started when no other target is given. */
  model: z.string().optional(),
})

/** What a scenario file's default export must hold. */
export const scenarioSchema = z.strictObject({
  name,
  description: z.string().optional(),
  target: targetSchema,
  http: httpSchema.prefault({}),
  /** Connections that each user has open at once at most: HTTP, streams, WebSockets and TCP together. */
  connectionsPerUser: z.number().int().min(1).max(100).default(1),
  data: z.record(name, feederSchema).default({}),
  metrics: z.record(metricName, metricDefinitionSchema).default({}),
  sources: sourcesSchema.default({}),
  /** Runs once per run, before the load; what it returns must survive JSON. */
  setup: code.optional(),
  /** Runs once per run, after the load, whatever its outcome. */
  teardown: code.optional(),
  flows: z
    .record(name, z.strictObject({ weight: z.number().min(0).default(1), run: code }))
    .refine((flows) => Object.keys(flows).length > 0, { error: 'needs at least one flow' }),
  profiles: z
    .record(name, profileSchema)
    .refine((profiles) => Object.keys(profiles).length > 0, { error: 'needs at least one profile' }),
  /** The profile of a run that names none. By default the first. */
  defaultProfile: name.optional(),
  thresholds: z.array(thresholdSchema).default([]),
})

/** A validated scenario, defaults filled in. */
export type Scenario = z.infer<typeof scenarioSchema>
type Written = z.input<typeof scenarioSchema>

/** A scenario's profiles and thresholds, for files of their own. */
export type ScenarioProfiles = Written['profiles']
export type ScenarioThresholds = NonNullable<Written['thresholds']>

type Feeders = Record<string, Feeder>
type CustomMetrics = Record<string, z.input<typeof metricDefinitionSchema>>

/** A scenario as it is written, with `vu.data`, `vu.metrics` and `vu.setup` typed from its own fields. */
export interface ScenarioDefinition<Data extends Feeders, Metrics extends CustomMetrics, Setup>
  extends Omit<Written, 'data' | 'metrics' | 'setup' | 'teardown' | 'flows'> {
  data?: Data
  metrics?: Metrics
  setup?: (vu: VirtualUser<Data, Metrics, undefined>) => Promise<Setup>
  teardown?: (vu: VirtualUser<Data, Metrics, Setup>) => Promise<void>
  flows: Record<string, { weight?: number; run: (vu: VirtualUser<Data, Metrics, Setup>) => Promise<void> }>
}

/**
 * Types a scenario; it is validated when it is loaded.
 *
 * @example
 * export default defineScenario({
 *   name: 'shop',
 *   target: { url: 'http://127.0.0.1:8080' },
 *   flows: { browse: { run: async (vu) => void (await vu.get('/products')) } },
 *   profiles: { light: { executors: [{ executor: 'constant-vus', users: 10, duration: '30s' }] } },
 *   thresholds: [{ metric: 'http_req_duration', limit: 'p(95)<250' }],
 * })
 */
export function defineScenario<
  const Data extends Feeders = Record<never, Feeder>,
  const Metrics extends CustomMetrics = Record<never, MetricDefinition>,
  Setup = undefined,
>(definition: ScenarioDefinition<Data, Metrics, Setup>): ScenarioDefinition<Data, Metrics, Setup> {
  return definition
}
