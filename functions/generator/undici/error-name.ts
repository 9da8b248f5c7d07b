import { FlowError } from '../../../lib/core/base/flow-error.ts'

/** What undici's errors are called here. */
const CLASS_BY_CODE: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'connection_closed',
  UND_ERR_CLOSED: 'connection_closed',
  UND_ERR_DESTROYED: 'connection_closed',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'connection_closed',
  UND_ERR_INVALID_ARG: 'bad_request_options',
  UND_ERR_HEADERS_OVERFLOW: 'header_too_large',
  HPE_INVALID_EOF_STATE: 'connection_closed',
  HPE_HEADER_OVERFLOW: 'header_too_large',
}

/** What it calls an answer that is none: garbage while idle, an upgrade or a 100 that nobody asked for. */
const BAD_ANSWER = /^bad (?:response|upgrade)$/
/** Its parser names its errors in words alone. */
const PARSER_ERROR = 'HTTPParserError'

/** Errors of the system, and those of opening a connection, keep their names. */
export function named(error: Error): Error {
  const errorClass = classOf(error)
  return errorClass === undefined ? error : new FlowError(errorClass, error.message)
}

function classOf(error: Error): string | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'UND_ERR_SOCKET' && BAD_ANSWER.test(error.message)) return 'malformed_response'
  if (error.name === PARSER_ERROR && error.message.includes('EOF')) return 'connection_closed'
  const known = CLASS_BY_CODE[code]
  if (known !== undefined) return known
  return error.name === PARSER_ERROR || code.startsWith('HPE_') ? 'malformed_response' : undefined
}
