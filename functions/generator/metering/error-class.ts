import { inspect } from 'node:util'
import { VolleyError } from '../../../lib/core/base/errors.ts'
import { classText, FlowError } from '../../../lib/core/base/flow-error.ts'

/** Stable classes of what can go wrong below HTTP, by the codes of Node and OpenSSL. Readers of HTTP name their own. */
const CLASS_BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ECONNABORTED: 'connection_reset',
  ETIMEDOUT: 'connect_timeout',
  ABORT_ERR: 'interrupted',
  ENOTFOUND: 'dns_not_found',
  ENODATA: 'dns_not_found',
  EHOSTUNREACH: 'host_unreachable',
  EHOSTDOWN: 'host_unreachable',
  ENETUNREACH: 'host_unreachable',
  ENETDOWN: 'host_unreachable',
  EMFILE: 'too_many_sockets',
  ENFILE: 'too_many_sockets',
  ENOBUFS: 'too_many_sockets',
  EADDRNOTAVAIL: 'too_many_sockets',
  EPROTO: 'tls_handshake',
}

const CLASS_BY_CODE_PATTERN: readonly (readonly [RegExp, string])[] = [
  [/^EAI_|^ESERVFAIL$|^EREFUSED$|^ETIMEOUT$/, 'dns_failed'],
  [/CERT|^UNABLE_TO_|^INVALID_CA$|^INVALID_PURPOSE$|^HOSTNAME_MISMATCH$/, 'tls_certificate'],
  [/^ERR_SSL_|^ERR_TLS_/, 'tls_handshake'],
]

/** Certificates the server asks for or refuses are told in alerts: those are the handshake's, not its certificate's. */
const ALERT = /^ERR_SSL_.*ALERT/

const MAX_NAME = 40
const INSPECTED = {
  depth: 1,
  breakLength: Number.POSITIVE_INFINITY,
  maxArrayLength: 10,
  maxStringLength: 500,
}

/** The class an error is counted under: one of the wire's, a flow's own, or the constructor's name in snake case. */
export function errorClassOf(error: unknown): string {
  try {
    return classOf(error)
  } catch {
    return 'other'
  }
}

/** The error in one line, its code included. Takes whatever a flow may throw. */
export function errorMessageOf(error: unknown): string {
  try {
    return messageOf(error)
  } catch {
    return 'an error that cannot be shown'
  }
}

function classOf(error: unknown): string {
  if (!(error instanceof Error)) return 'other'
  if ('errorClass' in error && typeof error.errorClass === 'string') return classText(error.errorClass)
  if (error instanceof VolleyError) return error.code.toLowerCase()
  if (error.name === 'AbortError') return 'interrupted'
  if (error.name === 'TimeoutError') return 'timeout'
  const code = codeOf(error)
  const known = code === undefined ? undefined : classOfCode(code)
  if (known !== undefined) return known
  return 'syscall' in error ? 'other' : snakeCase(error.constructor.name)
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'object' ? inspect(error, INSPECTED) : String(error)
  const code = codeOf(error)
  const message = String(error.message) || error.constructor.name
  return code === undefined || error instanceof VolleyError || message.includes(code)
    ? message
    : `${code}: ${message}`
}

/** The error in one line, and what it says was behind it. */
export function errorAndCauseOf(error: unknown): string {
  const message = errorMessageOf(error)
  const cause = causeOf(error)
  const behind = cause === undefined ? '' : errorMessageOf(cause)
  return message.includes(behind) ? message : `${message}, caused by: ${behind}`
}

/** What an error says was behind it. */
export function causeOf(error: unknown): unknown {
  try {
    return error instanceof Error ? error.cause : undefined
  } catch {
    return undefined
  }
}

/** The error as one that is counted by its class. */
export function asFlowError(error: unknown): FlowError {
  if (error instanceof FlowError) return error
  const counted = new FlowError(errorClassOf(error), errorMessageOf(error))
  counted.cause = error
  return counted
}

/** What a flow fails its iteration with; an error where a class was meant has a class of its own. */
export function failure(errorClass: unknown, message: string | undefined): FlowError {
  return errorClass instanceof Error
    ? new FlowError(errorClassOf(errorClass), message ?? errorMessageOf(errorClass))
    : new FlowError(errorClass as string, message)
}

function codeOf(error: Error): string | undefined {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  const code =
    'code' in error ? error.code : first instanceof Error && 'code' in first ? first.code : undefined
  return typeof code === 'string' ? code : undefined
}

function classOfCode(code: string): string | undefined {
  const exact = CLASS_BY_CODE[code]
  if (exact !== undefined) return exact
  if (ALERT.test(code)) return 'tls_handshake'
  return CLASS_BY_CODE_PATTERN.find(([pattern]) => pattern.test(code))?.[1]
}

/** `TypeError` → `type_error` */
function snakeCase(name: string): string {
  const words = name.replace(/([a-z\d])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$&_').toLowerCase()
  return /^[a-z][\w]*$/.test(words) ? words.slice(0, MAX_NAME) : 'other'
}
