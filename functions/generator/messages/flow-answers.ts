import { badOption, badValue } from '../../../lib/core/base/refusal.ts'
import { checkFields } from '../../../lib/core/scenario/flow/option-fields.ts'
import type { MessageId, ReceiveOptions } from '../../../lib/core/scenario/flow.ts'

const RECEIVE_FIELDS: ReadonlySet<string> = new Set(['match', 'timeout'])

/** How a flow asks for a message. Throws a `FlowError` of class `bad_request_options`. */
export function checkedReceive(options: ReceiveOptions): ReceiveOptions {
  checkFields(options, RECEIVE_FIELDS)
  const { match } = options
  if (match !== undefined && typeof match !== 'function')
    throw badOption('match', match, 'a function of the message')
  return options
}

/** What a flow's `idOf` says of a message. Throws a `FlowError` of class `bad_value` for what could identify nothing. */
export function messageId(id: unknown): MessageId | undefined {
  if (typeof id === 'string' || id === undefined || (typeof id === 'number' && !Number.isNaN(id))) return id
  throw badValue('what idOf returned', id, 'text, a number, or undefined where a message has no id')
}

/** What a flow's `pushedAt` says of a message. Throws a `FlowError` of class `bad_value` for what is no time. */
export function pushTime(atMs: unknown): number | undefined {
  if (atMs === undefined || (typeof atMs === 'number' && Number.isFinite(atMs))) return atMs
  throw badValue('what pushedAt returned', atMs, 'epoch milliseconds, or undefined where they are not known')
}
