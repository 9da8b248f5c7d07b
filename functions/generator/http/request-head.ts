import { FlowError } from '../../../lib/core/flow.ts'
import type { CarriedRequest } from './carrier.ts'

/** RFC 9110 sections 5.6.2 and 5.5, and what RFC 9112 lets into a request line. */
const TOKEN = /^[!#$%&'*+\-.^`|~\w]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const PATH = /^\/[\x21-\xff]*$/
const LENGTH = /^\d{1,15}$/

/** They say of themselves that a body follows, even an empty one. */
const EXPECTS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH'])
/** Header sets that are used for many requests, by their identity. */
const MOST_KEPT = 64
/** Names and methods that were found to be tokens. */
const knownTokens = new Set<string>()
const MOST_KNOWN_TOKENS = 1_000

/** What the headers of a request come to on the wire. */
export interface HeaderBlock {
  /** From the host to the last one of the flow; the length of the body is not among them. */
  readonly text: string
  /** The name a TLS server is asked for, where the flow names a host of its own. */
  readonly serverName: string | undefined
  /** The connection is to be closed after the answer. */
  readonly closes: boolean
  /** A length that the flow states; it must be that of the body. */
  readonly statedLength: string | undefined
}

/** Writes the heads of requests to one origin. */
export class RequestHeads {
  readonly #host: string
  readonly #kept = new Map<CarriedRequest['headers'], HeaderBlock>()

  /** `host`: name and port as the origin has them. */
  constructor(host: string) {
    this.#host = host
  }

  /** Frozen headers are read once. Throws a `FlowError` of class `bad_request_options`. */
  headersOf(headers: CarriedRequest['headers']): HeaderBlock {
    const kept = this.#kept.get(headers)
    if (kept !== undefined) return kept
    const block = this.#write(headers)
    if (this.#kept.size < MOST_KEPT && Object.isFrozen(headers)) this.#kept.set(headers, block)
    return block
  }

  #write(headers: CarriedRequest['headers']): HeaderBlock {
    let lines = ''
    let host: string | undefined
    let statedLength: string | undefined
    let closes = false
    for (const name of Object.keys(headers)) {
      const value = checkedValue(name, headers[name])
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
          lines += `${name}: ${value}\r\n`
      }
    }
    if (statedLength !== undefined && !LENGTH.test(statedLength))
      throw bad(`content-length ${statedLength} is no number of bytes`)
    const text = `host: ${host ?? this.#host}\r\nconnection: ${closes ? 'close' : 'keep-alive'}\r\n${lines}`
    return { text, serverName: host?.replace(/:\d*$/, ''), closes, statedLength }
  }
}

/** The head of a request with its empty line. Throws a `FlowError` of class `bad_request_options`. */
export function headOf(
  { method, path }: CarriedRequest,
  { text, statedLength }: HeaderBlock,
  bodyBytes: number,
): string {
  if (!isToken(method) || method === 'CONNECT') throw bad(`${method} is no method for a request`)
  if (!PATH.test(path)) throw bad(`${path} is no path`)
  if (statedLength !== undefined && Number(statedLength) !== bodyBytes)
    throw bad(`content-length is ${statedLength}, but the body has ${bodyBytes} bytes`)
  const length = bodyBytes > 0 || EXPECTS_BODY.has(method) ? `content-length: ${bodyBytes}\r\n` : ''
  return `${method} ${path} HTTP/1.1\r\n${text}${length}\r\n`
}

function checkedValue(name: string, value: string | undefined): string {
  const text = `${value}`
  if (!isToken(name)) throw bad(`${name} is no name for a header`)
  if (!VALUE.test(text)) throw bad(`the header ${name} has a value that cannot be sent`)
  return text
}

function asksToClose(value: string): boolean {
  const options = value.toLowerCase().split(',')
  if (!options.every((option) => TOKEN.test(option.trim())))
    throw bad(`the header connection cannot be ${value}`)
  return options.some((option) => option.trim() === 'close')
}

function isToken(text: string): boolean {
  if (knownTokens.has(text)) return true
  if (!TOKEN.test(text)) return false
  if (knownTokens.size < MOST_KNOWN_TOKENS) knownTokens.add(text)
  return true
}

function bad(message: string): FlowError {
  return new FlowError('bad_request_options', message)
}
