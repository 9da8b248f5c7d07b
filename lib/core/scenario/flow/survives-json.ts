import { describeValue, isPlainObject, shownName } from '../../base/refusal.ts'

/** A part of a value that would not be the same after it was written as JSON and read again. */
export interface Lost {
  /** Where it is, such as `setup.users[2].token`. */
  field: string
  /** What it is, in words. */
  value: string
}

/** Nothing deeper is written by hand; JSON itself would run out of stack. */
const MAX_DEPTH = 100

/** The first part that does not survive JSON, if there is one. What is `undefined` in an object is left out, which loses nothing. */
export function lostInJson(field: string, value: unknown, above: readonly unknown[] = []): Lost | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : { field, value: String(value) }
  }
  if (value === null) return undefined
  if (above.includes(value)) return { field, value: 'an object that it is a part of' }
  if (above.length >= MAX_DEPTH) return { field, value: `more than ${MAX_DEPTH} levels deep` }
  if (Array.isArray(value))
    return firstLost(value.keys(), (i) => lostInJson(`${field}[${i}]`, value[i], [...above, value]))
  if (!isPlainObject(value)) return { field, value: describeValue(value) }
  return firstLost(Object.keys(value), (name) =>
    value[name] === undefined
      ? undefined
      : lostInJson(`${field}.${shownName(name)}`, value[name], [...above, value]),
  )
}

function firstLost<Key>(keys: Iterable<Key>, look: (key: Key) => Lost | undefined): Lost | undefined {
  for (const key of keys) {
    const lost = look(key)
    if (lost) return lost
  }
  return undefined
}
