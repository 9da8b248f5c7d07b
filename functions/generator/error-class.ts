import { VolleyError } from '../../lib/core/errors.ts'
import { FlowError } from '../../lib/core/flow-error.ts'

/** Stable classes of what can go wrong on the wire, by the codes of Node, OpenSSL and the HTTP client. */
const CLASS_BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ECONNABORTED: 'connection_reset',
  UND_ERR_SOCKET: 'connection_closed',
  UND_ERR_CLOSED: 'connection_closed',
  UND_ERR_DESTROYED: 'connection_closed',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'connection_closed',
  UND_ERR_INFO: 'connection_closed',
  HPE_INVALID_EOF_STATE: 'connection_closed',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_ABORTED: 'interrupted',
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
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'body_too_large',
  HPE_HEADER_OVERFLOW: 'header_too_large',
  UND_ERR_HEADERS_OVERFLOW: 'header_too_large',
  UND_ERR_INVALID_ARG: 'bad_request_options',
  UND_ERR_NOT_SUPPORTED: 'bad_request_options',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'bad_request_options',
  EPROTO: 'tls_handshake',
  ERR_HTTP2_STREAM_ERROR: 'connection_reset',
  ERR_HTTP2_STREAM_CANCEL: 'connection_reset',
  ERR_HTTP2_GOAWAY_SESSION: 'connection_closed',
  ERR_HTTP2_SESSION_ERROR: 'connection_closed',
  ERR_HTTP2_ERROR: 'malformed_response',
}

const CLASS_BY_CODE_PATTERN: readonly (readonly [RegExp, string])[] = [
  [/^HPE_/, 'malformed_response'],
  [/^EAI_|^ESERVFAIL$|^EREFUSED$|^ETIMEOUT$/, 'dns_failed'],
  [/CERT|^UNABLE_TO_|^INVALID_CA$|^INVALID_PURPOSE$|^HOSTNAME_MISMATCH$/, 'tls_certificate'],
  [/^ERR_SSL_|^ERR_TLS_/, 'tls_handshake'],
  [/^ERR_HTTP2_/, 'other'],
]

/** Certificates the server asks for or refuses are told in alerts: those are the handshake's, not its certificate's. */
const ALERT = /^ERR_SSL_.*ALERT/

/** What the HTTP client calls an answer that is none: garbage while idle, an upgrade or a 100 that nobody asked for. */
const BAD_ANSWER = /^bad (?:response|upgrade)$/

/** The client's parser names its errors in words alone. */
const PARSER_ERROR = 'HTTPParserError'

const LONGEST_NAME = 40

/** The class an error is counted under: one of the wire's, a flow's own, or the constructor's name in snake case. */
export function errorClassOf(error: unknown): string {
  if (!(error instanceof Error)) return 'other'
  if ('errorClass' in error && typeof error.errorClass === 'string') return error.errorClass
  if (error instanceof VolleyError) return error.code.toLowerCase()
  if (error.name === 'AbortError') return 'interrupted'
  if (error.name === 'TimeoutError') return 'timeout'
  const code = codeOf(error)
  if (code === 'UND_ERR_SOCKET' && BAD_ANSWER.test(error.message)) return 'malformed_response'
  if (error.name === PARSER_ERROR)
    return error.message.includes('EOF') ? 'connection_closed' : 'malformed_response'
  const known = code === undefined ? undefined : classOfCode(code)
  if (known !== undefined) return known
  return 'syscall' in error || code?.startsWith('UND_ERR') ? 'other' : snakeCase(error.constructor.name)
}

/** The error in one line, its code included. */
export function errorMessageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = codeOf(error)
  const message = error.message || error.constructor.name
  return code === undefined || error instanceof VolleyError || message.includes(code)
    ? message
    : `${code}: ${message}`
}

/** The error as one that is counted by its class. */
export function asFlowError(error: unknown): FlowError {
  return error instanceof FlowError ? error : new FlowError(errorClassOf(error), errorMessageOf(error))
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
  return /^[a-z][\w]*$/.test(words) ? words.slice(0, LONGEST_NAME) : 'other'
}
