import { FlowError } from './flow-error.ts'

/** The error for an option of a request or connection that cannot be used as given. */
export function badOption(field: string, value: unknown, allowed: string): FlowError {
  return new FlowError('bad_request_options', sentence(field, value, allowed))
}

/** The error for any other value that a flow hands in and that cannot be used as given. */
export function badValue(field: string, value: unknown, allowed: string): FlowError {
  return new FlowError('bad_value', sentence(field, value, allowed))
}

function sentence(field: string, value: unknown, allowed: string): string {
  return `${field} is ${describeValue(value)} (allowed: ${allowed})`
}

/** What a value is, in words. The characters of a text are not shown: they may be a secret. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'not given'
    case 'string':
      return value === '' ? 'an empty text' : `a text of ${value.length} characters`
    case 'number':
    case 'boolean':
      return String(value)
    case 'bigint':
      return 'a BigInt'
    case 'symbol':
      return 'a symbol'
    case 'function':
      return 'a function: call it'
  }
  if (value === null) return 'null'
  try {
    if (isThenable(value)) return 'a Promise: await it'
    return Array.isArray(value) ? `an array of ${value.length}` : withArticle(kindOf(value as object))
  } catch {
    return 'an object'
  }
}

/** Something to be awaited: never a value itself. */
export function isThenable(value: unknown): boolean {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  )
}

/** An object that has names and values, and not another kind of thing such as a date, a map or an array. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.prototype.toString.call(value) === '[object Object]' && !(Symbol.iterator in value)
}

/** A name as far as it can be shown in a message. */
export function shownName(name: unknown): string {
  if (typeof name !== 'string') return `(${describeValue(name)})`
  const shown = name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN - 1)}…` : name
  return SIMPLE.test(shown) ? shown : JSON.stringify(shown)
}

const MAX_SHOWN = 60
const SIMPLE = /^[^\s"'\p{C}]+$/u
const CLASS_NAME = /^[A-Z]\w{0,40}$/i

function kindOf(value: object): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  const name: unknown = tag === 'Object' ? value.constructor?.name : tag
  return typeof name === 'string' && name !== 'Object' && CLASS_NAME.test(name) ? name : 'object'
}

function withArticle(noun: string): string {
  return `${/^[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`
}
