import { badOption, isPlainObject } from '../../../lib/core/base/refusal.ts'
import { isToken } from '../../../lib/core/scenario/flow/header-rules.ts'
import { textOf, textPairs } from '../../../lib/core/scenario/flow/texts.ts'
import { FlowError, type RequestOptions } from '../../../lib/core/scenario/flow.ts'
import { maskUrl } from '../../../lib/core/secrets/mask.ts'

const WIRE_PATH = /^\/[\w\-.~!$&'()*+,;=:@/?%[\]]*$/
const ABSOLUTE = /^[a-z][a-z\d+.-]*:\/\//i
const HTTP = /^https?:/i
/** What is the same in a query, however it is written. */
const PLAIN_QUERY = /^[\w\-.!~*'()]*$/
const PLACEHOLDER = /\{([^{}]*)\}/g

/** The method as it is sent. Throws a `FlowError` of class `bad_request_options`. */
export function methodOf(written: unknown): string {
  if (typeof written !== 'string') throw badOption('the method', written, 'text such as GET')
  const method = written.toUpperCase()
  if (!isToken(method) || method === 'CONNECT')
    throw badOption('the method', written, 'a token such as GET or POST, and not CONNECT')
  return method
}

/** Throws a `FlowError` of class `bad_request_options`. */
export function textPath(path: unknown): string {
  if (typeof path !== 'string') throw badOption('the path', path, 'text: a path of the target, or a URL')
  return path
}

/** A path or URL of a flow with all that is filled in. Throws a `FlowError` of class `bad_request_options`. */
export function filledPath(
  template: string,
  { params, query }: Pick<RequestOptions, 'params' | 'query'>,
): string {
  const path = template.includes('{') || params !== undefined ? filled(template, params) : template
  return withQuery(path, query)
}

export function isAbsolute(path: string): boolean {
  return ABSOLUTE.test(path)
}

/** Whether a path is sent as it is; any other is encoded as browsers encode it. */
export function isWirePath(path: string): boolean {
  return WIRE_PATH.test(path)
}

function filled(template: string, params: unknown = {}): string {
  if (!isPlainObject(params)) throw badOption('params', params, 'an object of names and values')
  return template.replace(PLACEHOLDER, (placeholder, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined
    if (value === undefined)
      throw new FlowError('bad_request_options', `${placeholder} in ${template} has no value in params`)
    return encoded(textOf('params', name, value))
  })
}

function withQuery(path: string, query: unknown): string {
  const plain = path.includes('#') ? path.slice(0, path.indexOf('#')) : path
  if (query === undefined) return plain
  const pairs = textPairs('query', query)
  let text = plain
  for (let i = 0; i < pairs.length; i += 2) {
    const joint = i > 0 || plain.includes('?') ? '&' : '?'
    text += `${joint}${encoded(pairs[i] as string)}=${encoded(pairs[i + 1] as string)}`
  }
  return text
}

/** As browsers do it, with U+FFFD for half a character. */
function encoded(text: string): string {
  return PLAIN_QUERY.test(text) ? text : encodeURIComponent(text.toWellFormed())
}

export function withoutQuery(path: string): string {
  const end = path.search(/[?#]/)
  return end === -1 ? path : path.slice(0, end)
}

/** Throws a `FlowError` of class `bad_request_options`. */
export function parsedUrl(text: string): URL {
  if (!URL.canParse(text)) throw new FlowError('bad_request_options', `${maskUrl(text)} is no URL`)
  const url = new URL(text)
  if (!HTTP.test(url.protocol))
    throw new FlowError('bad_request_options', `${maskUrl(text)} is no URL of HTTP`)
  return url
}
