import type { z } from 'zod'
import { maskText } from '../secrets/mask.ts'
import type { Mistake } from './errors.ts'
import { knownFields } from './known-fields.ts'
import { didYouMean, nearest } from './nearest.ts'
import { describeValue, isPlainObject } from './refusal.ts'

const MAX_VALUE = 60

/**
 * Turns what zod found into mistakes; `input` is what was parsed, `at` the field it stands in. With the schema, the known
 * fields are listed where one is not known.
 */
export function mistakesOf(error: z.ZodError, input: unknown, at = '', schema?: z.ZodType): Mistake[] {
  return error.issues.filter(isTightest).flatMap((issue) => {
    const field = fieldOf(issue.path, at)
    if (issue.code === 'unrecognized_keys') {
      const known = schema ? knownFields(schema, issue.path, input) : []
      return issue.keys.map((key) => ({
        field: fieldOf([...issue.path, key], at),
        value: printed(valueAt(input, [...issue.path, key])),
        ...unknownField(key, known),
      }))
    }
    const value = valueAt(input, issue.path)
    return [{ field, value: printed(value), limit: limitOf(issue), next: nextOf(issue, value) }]
  })
}

/** A value that is above two limits, such as that of whole numbers and its own, is above the lower one. */
function isTightest(issue: z.core.$ZodIssue, _: number, all: readonly z.core.$ZodIssue[]): boolean {
  if (issue.code !== 'too_big') return true
  const field = fieldOf(issue.path)
  return !all.some(
    (other) => other.code === 'too_big' && other.maximum < issue.maximum && fieldOf(other.path) === field,
  )
}

/** A value short enough for a message, without what is secret in it: half of a secret would not be known as one. */
export function printed(value: unknown): string {
  if (value === undefined) return 'not given'
  if (typeof value === 'function') return 'a function'
  const text = maskText(jsonOf(value) ?? describeValue(value))
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text
}

/** Nothing where a value has no JSON that says what it is: cycles, BigInts, NaN, maps, promises. */
function jsonOf(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isPlainObject(value))
    return undefined
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** `profiles.spike.executors[0].rate` */
export function fieldOf(path: readonly PropertyKey[], at = ''): string {
  let field = at
  for (const part of path)
    field += typeof part === 'number' ? `[${part}]` : field === '' ? String(part) : `.${String(part)}`
  return field === '' ? '(whole)' : field
}

/** Only a name that is near is offered: there may be many fields. */
function unknownField(key: string, known: readonly string[]): Pick<Mistake, 'limit' | 'next'> {
  if (known.length === 0) return { limit: 'a known field', next: 'remove it, or correct its spelling' }
  const near = nearest(key, known)
  return {
    limit: `a known field: ${known.join(', ')}`,
    next: near === undefined ? 'remove it' : `did you mean ${near}?`,
  }
}

function limitOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_union': {
      const options = optionsOf(issue)
      if (options.length > 0) return `one of ${options.join(', ')}`
      return 'discriminator' in issue && issue.discriminator
        ? `a known ${String(issue.discriminator)}`
        : 'one of the allowed forms'
    }
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`
    case 'invalid_type':
      return issue.expected === 'record' ? 'an object of names and values' : issue.expected
    default:
      return issue.message
  }
}

function nextOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'add it'
  const options = optionsOf(issue)
  return typeof value === 'string' && options.length > 0 ? didYouMean(value, options) : 'change it'
}

/** The words that would have done. */
function optionsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  return issue.code === 'invalid_union' && 'options' in issue ? (issue.options ?? []).map(String) : []
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[part]
  }
  return value
}
