import { FlowError } from '../../../lib/core/scenario/flow.ts'

/** Why a stream or a connection ends: RFC 9113 section 7. */
export const ERROR_CODE = {
  PROTOCOL: 1,
  FLOW_CONTROL: 3,
  FRAME_SIZE: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION: 9,
  ENHANCE_YOUR_CALM: 11,
}

const NAMES = [
  ...['NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT'],
  ...['STREAM_CLOSED', 'FRAME_SIZE_ERROR', 'REFUSED_STREAM', 'CANCEL', 'COMPRESSION_ERROR'],
  ...['CONNECT_ERROR', 'ENHANCE_YOUR_CALM', 'INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED'],
]

export function nameOfCode(code: number): string {
  return NAMES[code] ?? `0x${code.toString(16)}`
}

/** What the server sent ends the connection, with all that is on it. */
export class SessionError extends FlowError {
  /** What the server is told. */
  readonly code: number

  constructor(code: number, errorClass: string, message: string) {
    super(errorClass, message)
    this.code = code
  }
}

export function notHttp2(code: number, what: string): SessionError {
  return new SessionError(code, 'malformed_response', `the server speaks no HTTP/2: ${what}`)
}
