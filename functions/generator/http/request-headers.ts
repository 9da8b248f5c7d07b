import { isHeaderValue, isToken } from '../../../lib/core/scenario/flow/header-rules.ts'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import type { CarriedRequest } from './carrier.ts'

/** What RFC 9112 lets into a request line. */
const PATH = /^\/[\x21-\xff]*$/
const LENGTH = /^\d{1,15}$/

/** They say of themselves that a body follows, even an empty one. */
const EXPECTS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH'])
/** They are about the message or the connection as a whole. */
const ONCE: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'connection'],
  ...['transfer-encoding', 'keep-alive', 'upgrade', 'expect'],
])
/** Header sets that are used for many requests, by their identity. */
const MAX_KEPT = 64

/** The headers of a flow, and what is said in them of other things than the request. */
export interface RequestHeaders {
  /** Names and values in turn, as the flow has them. */
  readonly fields: readonly string[]
  /** Name and port, where the flow names a host of its own. */
  readonly host: string | undefined
  /** The connection is to be closed after the answer. */
  readonly closes: boolean
  /** A length that the flow states; it must be that of the body. */
  readonly statedLength: string | undefined
}

/** Remembers what was made of header sets that are frozen. Others may change. */
export class KnownHeaders<Made> {
  readonly #make: (headers: CarriedRequest['headers'], lasts: boolean) => Made
  readonly #kept = new Map<CarriedRequest['headers'], Made>()

  /** `make` is told whether what it makes is remembered. */
  constructor(make: (headers: CarriedRequest['headers'], lasts: boolean) => Made) {
    this.#make = make
  }

  of(headers: CarriedRequest['headers']): Made {
    const kept = this.#kept.get(headers)
    if (kept !== undefined) return kept
    const lasts = this.#kept.size < MAX_KEPT && Object.isFrozen(headers)
    const made = this.#make(headers, lasts)
    if (lasts) this.#kept.set(headers, made)
    return made
  }
}

/** Throws a `FlowError` of class `bad_request_options`. */
export function readHeaders(headers: CarriedRequest['headers']): RequestHeaders {
  const fields: string[] = []
  let host: string | undefined
  let statedLength: string | undefined
  let closes = false
  for (const name of Object.keys(headers)) {
    if (!isToken(name)) throw bad(`${name} is no name for a header`)
    const value = `${headers[name]}`
    if (!isHeaderValue(value)) {
      addRepeated(fields, name, value)
      continue
    }
    switch (name) {
      case 'host':
        host = value
        break
      case 'content-length':
        statedLength = value
        break
      case 'connection':
        closes = asksToClose(value)
        break
      case 'transfer-encoding':
      case 'keep-alive':
      case 'upgrade':
      case 'expect':
        throw bad(`a flow cannot set the header ${name}`)
      default:
        fields.push(name, value)
    }
  }
  if (statedLength !== undefined && !LENGTH.test(statedLength))
    throw bad(`content-length ${statedLength} is no number of bytes`)
  return { fields, host, closes, statedLength }
}

/** Throws a `FlowError` of class `bad_request_options`. */
export function checkLine({ method, path }: CarriedRequest): void {
  if (!isToken(method) || method === 'CONNECT') throw bad(`${method} is no method for a request`)
  if (!PATH.test(path)) throw bad(`${path} is no path`)
}

/**
 * Whether the length of the body is told. Throws a `FlowError` of class `bad_request_options` where a flow states
 * another one.
 */
export function tellsLength(method: string, bodyBytes: number, statedLength: string | undefined): boolean {
  if (statedLength !== undefined && Number(statedLength) !== bodyBytes)
    throw bad(`content-length is ${statedLength}, but the body has ${bodyBytes} bytes`)
  return bodyBytes > 0 || EXPECTS_BODY.has(method)
}

export function bad(message: string): FlowError {
  return new FlowError('bad_request_options', message)
}

/** A line break stands between the values of a header that is repeated. */
function addRepeated(fields: string[], name: string, value: string): void {
  const lines = value.split('\n')
  if (ONCE.has(name) || !lines.every(isHeaderValue))
    throw bad(`the header ${name} has a value that cannot be sent`)
  for (const line of lines) fields.push(name, line)
}

function asksToClose(value: string): boolean {
  const options = value.toLowerCase().split(',')
  if (!options.every((option) => isToken(option.trim())))
    throw bad(`the header connection cannot be ${value}`)
  return options.some((option) => option.trim() === 'close')
}
