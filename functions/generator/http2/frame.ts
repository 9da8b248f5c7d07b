/** Types, flags and settings of RFC 9113 section 6. */
export const FRAME = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RESET: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GO_AWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
}
export const END_STREAM = 0x01
export const ACK = 0x01
export const END_HEADERS = 0x04
export const PADDED = 0x08
export const PRIORITIZED = 0x20
export const SETTING = {
  TABLE_BYTES: 1,
  PUSH: 2,
  STREAMS: 3,
  WINDOW_BYTES: 4,
  FRAME_BYTES: 5,
  LIST_BYTES: 6,
}

export const HEAD_BYTES = 9
export const SETTING_BYTES = 6
/** What either side takes until it says otherwise, in a frame and in a window. */
export const FRAME_BYTES = 16_384
export const WINDOW_BYTES = 65_535
export const MAX_FRAME_BYTES = 16_777_215
/** Of windows, and of what numbers streams. */
export const MOST = 2 ** 31 - 1

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** The head of a frame. Frames are written as text of latin1 characters, which goes to a socket without a copy. */
export function frameHead(length: number, type: number, flags: number, stream: number): string {
  return String.fromCharCode(
    length >>> 16,
    (length >>> 8) & 0xff,
    length & 0xff,
    type,
    flags,
    stream >>> 24,
    (stream >>> 16) & 0xff,
    (stream >>> 8) & 0xff,
    stream & 0xff,
  )
}

/** What a client begins with. `windowBytes` is what it takes on a stream, and on all of them together. */
export function greeting(windowBytes: number, listBytes: number): string {
  const settings =
    setting(SETTING.PUSH, 0) +
    setting(SETTING.WINDOW_BYTES, windowBytes) +
    setting(SETTING.LIST_BYTES, listBytes)
  const frame = frameHead(settings.length, FRAME.SETTINGS, 0, 0) + settings
  return PREFACE + frame + windowUpdate(0, windowBytes - WINDOW_BYTES)
}

export const SETTINGS_ACK = frameHead(0, FRAME.SETTINGS, ACK, 0)

export function windowUpdate(stream: number, bytes: number): string {
  return frameHead(4, FRAME.WINDOW_UPDATE, 0, stream) + number32(bytes)
}

export function reset(stream: number, code: number): string {
  return frameHead(4, FRAME.RESET, 0, stream) + number32(code)
}

export function goAway(code: number): string {
  return frameHead(8, FRAME.GO_AWAY, 0, 0) + number32(0) + number32(code)
}

export function pingAck(payload: string): string {
  return frameHead(payload.length, FRAME.PING, ACK, 0) + payload
}

/** A block of fields in as many frames as it needs. */
export function headerFrames(block: string, frameBytes: number, endStream: number, stream: number): string {
  if (block.length <= frameBytes)
    return frameHead(block.length, FRAME.HEADERS, END_HEADERS | endStream, stream) + block
  let text = frameHead(frameBytes, FRAME.HEADERS, endStream, stream) + block.slice(0, frameBytes)
  for (let at = frameBytes; at < block.length; at += frameBytes) {
    const part = block.slice(at, at + frameBytes)
    const isLast = at + frameBytes >= block.length
    text += frameHead(part.length, FRAME.CONTINUATION, isLast ? END_HEADERS : 0, stream) + part
  }
  return text
}

function setting(id: number, value: number): string {
  return String.fromCharCode(0, id) + number32(value)
}

function number32(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}
