import { badOption, isPlainObject, shownName } from '../../base/refusal.ts'

/** A value that is written as text. */
export type TextValue = string | number | bigint | boolean

/** Names and values: what is `undefined` is left out, a list repeats its name. */
export type TextValues =
  | Readonly<Record<string, TextValue | readonly (TextValue | undefined)[] | undefined>>
  | Iterable<readonly [string, TextValue]>

/** More names or values than this are a mistake, or have no end. */
const MAX_ENTRIES = 10_000

const TEXT = 'text, a finite number, a BigInt or a boolean'
const PAIRS = 'an object of names and values, or pairs such as a Map, Headers or URLSearchParams'

/** A value of one name as text. Throws a `FlowError` of class `bad_request_options`. */
export function textOf(field: string, name: string, value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
      if (Number.isFinite(value)) return String(value)
      break
    case 'bigint':
    case 'boolean':
      return String(value)
  }
  throw badOption(`${field}.${shownName(name)}`, value, TEXT)
}

/** Names and their texts in turn. Throws a `FlowError` of class `bad_request_options`. */
export function textPairs(field: string, values: unknown): string[] {
  const pairs: string[] = []
  if (isPlainObject(values)) {
    const names = Object.keys(values)
    if (names.length > MAX_ENTRIES) throw tooMany(field, names.length)
    for (const name of names) addTexts(pairs, field, name, values[name])
  } else if (isIterable(values)) {
    let count = 0
    for (const entry of values) {
      if (++count > MAX_ENTRIES) throw tooMany(field, count)
      const [name, value] = pairOf(field, entry)
      addTexts(pairs, field, name, value)
    }
  } else throw badOption(field, values, PAIRS)
  return pairs
}

function addTexts(pairs: string[], field: string, name: string, value: unknown): void {
  if (typeof value === 'string') pairs.push(name, value)
  else if (Array.isArray(value)) {
    if (value.length > MAX_ENTRIES) throw tooMany(`${field}.${shownName(name)}`, value.length)
    for (const each of value) if (each !== undefined) pairs.push(name, textOf(field, name, each))
  } else if (value !== undefined) pairs.push(name, textOf(field, name, value))
}

function pairOf(field: string, entry: unknown): [string, unknown] {
  if (Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string') return [entry[0], entry[1]]
  throw badOption(`an entry of ${field}`, entry, 'a pair of a name and its value')
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    typeof value[Symbol.iterator] === 'function'
  )
}

function tooMany(field: string, count: number): Error {
  return badOption(field, count, `at most ${MAX_ENTRIES} values`)
}
