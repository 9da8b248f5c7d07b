import { FlowError } from '../base/flow-error.ts'
import type { MessageId } from './message-id.ts'

/** Classes of the errors that the specification names (JSON-RPC 2.0, section 5.1). */
const CLASS_BY_CODE: Readonly<Record<number, string>> = {
  [-32700]: 'rpc_parse_error',
  [-32600]: 'rpc_invalid_request',
  [-32601]: 'rpc_method_not_found',
  [-32602]: 'rpc_invalid_params',
  [-32603]: 'rpc_internal_error',
}
export const METHOD_NOT_FOUND = -32601
export const INTERNAL_ERROR = -32603

/** An answer that says the call failed. */
export class RpcError extends FlowError {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(classOf(code), `${message} (${code})`)
    this.code = code
    this.data = data
  }
}

/** The specification keeps -32000 to -32099 for servers; all else are the application's. */
function classOf(code: number): string {
  return CLASS_BY_CODE[code] ?? (code <= -32000 && code >= -32099 ? 'rpc_server_error' : 'rpc_error')
}

/** One message of a peer, by what it is. */
export type RpcMessage =
  | { kind: 'result'; id: MessageId; result: unknown }
  | { kind: 'error'; id: MessageId | null; error: RpcError }
  | { kind: 'request'; id: MessageId; method: string; params: unknown }
  | { kind: 'notification'; method: string; params: unknown }

/** Reads a text that holds one message or a batch. Throws a `FlowError` of class `malformed_message`. */
export function parseRpc(text: string): RpcMessage[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw malformed('no JSON', text)
  }
  const all = Array.isArray(parsed) ? parsed : [parsed]
  return all.map((each) => messageOf(each) ?? refuse(each))
}

function messageOf(value: unknown): RpcMessage | undefined {
  if (!isObject(value) || value.jsonrpc !== '2.0') return undefined
  const { id, method, params, result, error } = value
  if (typeof method === 'string')
    return isId(id) ? { kind: 'request', id, method, params } : { kind: 'notification', method, params }
  if (isObject(error) && Number.isInteger(error.code) && (isId(id) || id === null || id === undefined)) {
    const { code, message, data } = error
    return { kind: 'error', id: id ?? null, error: new RpcError(code as number, String(message), data) }
  }
  return 'result' in value && isId(id) ? { kind: 'result', id, result } : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isId(id: unknown): id is MessageId {
  return typeof id === 'string' || typeof id === 'number'
}

function refuse(value: unknown): never {
  throw malformed('no JSON-RPC 2.0', JSON.stringify(value))
}

const MAX_QUOTE = 60

/** A message that cannot be understood. */
export function malformed(what: string, text: string): FlowError {
  const quote = text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text
  return new FlowError('malformed_message', `a message is ${what}: ${quote || 'an empty line'}`)
}
