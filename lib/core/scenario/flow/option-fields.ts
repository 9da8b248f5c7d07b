import { FlowError } from '../../base/flow-error.ts'
import { didYouMean } from '../../base/nearest.ts'
import { badOption, isPlainObject, shownName } from '../../base/refusal.ts'

/** The options of a request. */
export const REQUEST_FIELDS: ReadonlySet<string> = new Set([
  ...['name', 'params', 'query', 'headers', 'json', 'form', 'multipart', 'body'],
  ...['expect', 'timeout', 'redirects', 'tags'],
])

/** Throws a `FlowError` of class `bad_request_options` where there are options that are not known: they would have no effect. */
export function checkFields(options: unknown, fields: ReadonlySet<string>): void {
  if (!isPlainObject(options)) throw badOption('the last argument', options, 'an object of options')
  for (const field in options)
    if (!fields.has(field)) throw new FlowError('bad_request_options', unknownField(field, fields))
}

/** That an option is not known, and which one may have been meant. */
export function unknownField(field: string, fields: ReadonlySet<string>): string {
  return `${shownName(field)} is no option here: ${didYouMean(shownName(field), [...fields])}`
}
