import { z } from 'zod'
import type { Backoff } from '../../base/backoff.ts'
import { durationMs, durationSchema } from '../../base/duration.ts'
import { FlowError } from '../../base/flow-error.ts'
import { mistakesOf } from '../../base/mistake.ts'
import { badOption, isPlainObject } from '../../base/refusal.ts'
import type { ReconnectOptions } from './message.ts'
import { REQUEST_FIELDS, unknownField } from './option-fields.ts'

const code = z.custom((value) => typeof value === 'function', { error: 'must be a function' })
/** Checked where it is used, as for any request. */
const checkedLater = z.unknown()

const reconnectSchema = z.strictObject({
  attempts: z.number().int().min(1).default(10),
  backoff: durationSchema.default('500ms'),
  maxBackoff: durationSchema.default('30s'),
  jitter: z.number().min(0).max(1).default(0.5),
})

const messageFields = {
  name: checkedLater,
  tags: checkedLater,
  timeout: durationSchema,
  maxMessageBytes: z.number().int().positive(),
  reconnect: z.union([z.boolean(), reconnectSchema]),
  pushedAt: code,
}
const addressFields = {
  params: checkedLater,
  query: checkedLater,
  headers: checkedLater,
  protocols: z.array(z.string()),
}
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
export const STREAM_FIELDS: ReadonlySet<string> = new Set([...REQUEST_FIELDS, ...Object.keys(streamFields)])

const SCHEMAS = {
  websocket: z.looseObject({ ...linkFields, ...addressFields }).partial(),
  tcp: z.looseObject(linkFields).partial(),
  stream: z.looseObject(streamFields).partial(),
  jsonRpc: z.looseObject(rpcFields).partial(),
  mcp: z.looseObject(mcpFields).partial(),
}

const FIELDS: Readonly<Record<keyof typeof SCHEMAS, ReadonlySet<string>>> = {
  websocket: new Set(Object.keys(SCHEMAS.websocket.shape)),
  tcp: new Set(Object.keys(SCHEMAS.tcp.shape)),
  stream: STREAM_FIELDS,
  jsonRpc: new Set(Object.keys(SCHEMAS.jsonRpc.shape)),
  mcp: new Set(Object.keys(SCHEMAS.mcp.shape)),
}

/** Throws a `FlowError` of class `bad_request_options` that names everything wrong with a flow's options. */
export function checkOptions(member: keyof typeof SCHEMAS, options: object): void {
  if (!isPlainObject(options))
    throw badOption(`the last argument of vu.${member}`, options, 'an object of options')
  const parsed = SCHEMAS[member].safeParse(options)
  const wrong = parsed.success ? [] : mistakesOf(parsed.error, options)
  const mistakes = [
    ...wrong.map(({ field, value, limit }) => `${field} is ${value} (allowed: ${limit})`),
    ...Object.keys(options)
      .filter((field) => !FIELDS[member].has(field))
      .map((field) => unknownField(field, FIELDS[member])),
  ]
  if (mistakes.length > 0) throw new FlowError('bad_request_options', `vu.${member}: ${mistakes.join('; ')}`)
}

/** How often and how patiently to try, or `undefined` where a lost connection stays lost. The options were checked. */
export function reconnectPlan(
  reconnect: boolean | ReconnectOptions | undefined,
): (Backoff & { attempts: number }) | undefined {
  if (reconnect === undefined || reconnect === false) return undefined
  const { attempts, backoff, maxBackoff, jitter } = reconnectSchema.parse(reconnect === true ? {} : reconnect)
  return { attempts, firstMs: durationMs(backoff), longestMs: durationMs(maxBackoff), jitter }
}
