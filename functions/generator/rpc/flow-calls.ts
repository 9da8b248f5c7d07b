import { badOption, isPlainObject } from '../../../lib/core/base/refusal.ts'
import { checkHasJson } from '../../../lib/core/scenario/flow/json-text.ts'
import { nameText } from '../../../lib/core/scenario/flow/name.ts'
import { checkFields } from '../../../lib/core/scenario/flow/option-fields.ts'
import type { RpcBatchEntry } from '../../../lib/core/scenario/flow.ts'

const CALL_FIELDS: ReadonlySet<string> = new Set(['timeout', 'name'])
const BATCH_FIELDS: ReadonlySet<string> = new Set(['timeout'])
const RECEIVE_FIELDS: ReadonlySet<string> = new Set(['method', 'timeout'])
const ENTRY_FIELDS: ReadonlySet<string> = new Set(['method', 'params', 'notify'])
const MAX_ENTRIES = 10_000

/** Throws a `FlowError` of class `bad_request_options`. */
export function checkCall(method: unknown, params: unknown, options?: unknown): void {
  if (options !== undefined) checkFields(options, CALL_FIELDS)
  checkMethod(method)
  if (params !== undefined) checkHasJson('params', params)
}

/** Throws a `FlowError` of class `bad_request_options`. */
export function checkBatch(entries: unknown, options: unknown): asserts entries is readonly RpcBatchEntry[] {
  if (options !== undefined) checkFields(options, BATCH_FIELDS)
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MAX_ENTRIES)
    throw badOption('a batch', entries, `an array of 1 to ${MAX_ENTRIES} calls`)
  for (const entry of entries) {
    if (!isPlainObject(entry)) throw badOption('a call of a batch', entry, 'an object with a method')
    checkFields(entry, ENTRY_FIELDS)
    checkCall(entry.method, entry.params)
    const { notify } = entry
    if (notify !== undefined && typeof notify !== 'boolean') throw badOption('notify', notify, 'a boolean')
  }
}

/** Throws a `FlowError` of class `bad_request_options`. */
export function checkReceive(options: unknown): void {
  if (options === undefined) return
  checkFields(options, RECEIVE_FIELDS)
  const { method } = options as { method?: unknown }
  if (method !== undefined) checkMethod(method)
}

function checkMethod(method: unknown): void {
  if (typeof method !== 'string') throw badOption('the method', method, 'text')
  nameText('the method', method, badOption)
}
