import { z } from 'zod'
import type { Backoff } from '../backoff.ts'
import { durationMs, durationSchema } from '../duration.ts'
import { FlowError } from '../flow-error.ts'
import { mistakesOf } from '../mistake.ts'
import type { ReconnectOptions } from './message.ts'

const code = z.custom((value) => typeof value === 'function', { error: 'must be a function' })
const texts = z.record(z.string(), z.string())
const scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

const reconnectSchema = z.strictObject({
  attempts: z.number().int().min(1).default(10),
  backoff: durationSchema.default('500ms'),
  maxBackoff: durationSchema.default('30s'),
  jitter: z.number().min(0).max(1).default(0.5),
})

const messageFields = {
  name: z.string().min(1),
  tags: texts,
  timeout: durationSchema,
  maxMessageBytes: z.number().int().positive(),
  reconnect: z.union([z.boolean(), reconnectSchema]),
  pushedAt: code,
}
const addressFields = { params: scalars, query: scalars, headers: texts, protocols: z.array(z.string()) }
const linkFields = {
  ...messageFields,
  idOf: code,
  onMessage: code,
  onReconnected: code,
  lifetime: z.enum(['iteration', 'user']),
}
const rpcFields = {
  ...messageFields,
  ...addressFields,
  over: z.enum(['tcp', 'websocket', 'http']),
  lifetime: linkFields.lifetime,
  onNotification: code,
  onRequest: code,
  onReconnected: code,
}
const mcpFields = {
  ...rpcFields,
  protocolVersion: z.string().min(1),
  clientInfo: z.strictObject({ name: z.string(), version: z.string() }),
  capabilities: z.record(z.string(), z.unknown()),
  listen: z.boolean(),
}
/** What the request of a stream says about itself is checked where requests are built. */
const streamFields = { ...messageFields, as: z.enum(['events', 'lines', 'chunks']) }

const SCHEMAS = {
  websocket: z.strictObject({ ...linkFields, ...addressFields }).partial(),
  tcp: z.strictObject(linkFields).partial(),
  stream: z.looseObject(streamFields).partial(),
  jsonRpc: z.strictObject(rpcFields).partial(),
  mcp: z.strictObject(mcpFields).partial(),
}

/** Throws a `FlowError` of class `bad_request_options` that names everything wrong with a flow's options. */
export function checkOptions(member: keyof typeof SCHEMAS, options: object): void {
  const parsed = SCHEMAS[member].safeParse(options)
  if (parsed.success) return
  const mistakes = mistakesOf(parsed.error, options).map(
    ({ field, value, limit }) => `${field} is ${value} (allowed: ${limit})`,
  )
  throw new FlowError('bad_request_options', `vu.${member}: ${mistakes.join('; ')}`)
}

/** How often and how patiently to try, or `undefined` where a lost connection stays lost. The options were checked. */
export function reconnectPlan(
  reconnect: boolean | ReconnectOptions | undefined,
): (Backoff & { attempts: number }) | undefined {
  if (reconnect === undefined || reconnect === false) return undefined
  const { attempts, backoff, maxBackoff, jitter } = reconnectSchema.parse(reconnect === true ? {} : reconnect)
  return { attempts, firstMs: durationMs(backoff), longestMs: durationMs(maxBackoff), jitter }
}
