import type { FlowError } from '../../base/flow-error.ts'
import { badOption, badValue, isPlainObject, shownName } from '../../base/refusal.ts'
import type { Tags } from '../../metrics/metric.ts'

/** Of names of steps, checks and methods, and of the values of tags. */
export const MAX_NAME_LENGTH = 1_000
export const MAX_TAG_NAME_LENGTH = 100
export const MAX_TAGS = 50

/** They break lines of reports, or hide in them. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u
const NAME = `text of 1 to ${MAX_NAME_LENGTH} characters, none of them a control character; numbers and booleans become text`

/** Names that were found to be good; flows may have any number of them. */
const knownNames = new Set<string>()
const MAX_KNOWN = 1_000

type Refuse = (field: string, value: unknown, allowed: string) => FlowError

/** The name of a step or check, or the value of a tag. Throws what `refuse` makes. */
export function nameText(field: string, value: unknown, refuse: Refuse = badValue): string {
  if (typeof value === 'string') {
    if (isName(value)) return value
  } else if (isScalar(value)) return String(value)
  throw refuse(field, value, NAME)
}

function isScalar(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
}

function isName(text: string): boolean {
  if (knownNames.has(text)) return true
  if (text.length === 0 || text.length > MAX_NAME_LENGTH || CONTROL.test(text)) return false
  if (knownNames.size < MAX_KNOWN) knownNames.add(text)
  return true
}

/** Tags with texts for values: the same object where all of them are. Throws what `refuse` makes. */
export function tagTexts(field: string, tags: unknown, refuse: Refuse = badValue): Tags {
  if (!isPlainObject(tags)) throw refuse(field, tags, 'an object of names and values')
  let isText = true
  let count = 0
  for (const name in tags) {
    if (++count > MAX_TAGS) throw refuse(`the number of ${field}`, count, `at most ${MAX_TAGS}`)
    const value = tags[name]
    if (name.length > MAX_TAG_NAME_LENGTH || name === '__proto__' || !isName(name))
      throw refuse(
        `a name in ${field}`,
        name,
        `1 to ${MAX_TAG_NAME_LENGTH} characters, no control characters`,
      )
    if (typeof value === 'string' ? !isName(value) : value !== undefined && !isScalar(value))
      throw refuse(`${field}.${shownName(name)}`, value, NAME)
    if (typeof value !== 'string') isText = false
  }
  return isText ? (tags as Tags) : asTexts(tags)
}

/** The tags among the options of a request or connection, as they are now. Throws a `FlowError` of class `bad_request_options`. */
export function ownTags(tags: unknown): Tags | undefined {
  return tags === undefined ? undefined : { ...tagTexts('tags', tags, badOption) }
}

function asTexts(tags: Readonly<Record<string, unknown>>): Tags {
  const texts = Object.entries(tags).filter(([, value]) => value !== undefined)
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value)]))
}

/** A name made of a path or an address, so that it is one line and no longer than names may be. */
export function madeName(text: string): string {
  const line = CONTROL.test(text) ? text.replaceAll(new RegExp(CONTROL, 'gu'), encodeURIComponent) : text
  return line.length > MAX_NAME_LENGTH ? `${line.slice(0, MAX_NAME_LENGTH - 1)}…` : line
}
