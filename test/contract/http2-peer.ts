import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { createHttpClient } from '../../functions/generator/http-client/http-client.ts'
import { HpackDecoder } from '../../functions/generator/http2/hpack-decoder.ts'
import { createGuard } from '../../functions/generator/net/target-guard.ts'
import { createTlsOptions } from '../../functions/generator/net/tls-options.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import type { HttpClientMaker } from './http-probe.ts'
import { certificate, key, listening, type WireServer } from './wire-server.ts'

export const http2Maker: HttpClientMaker = {
  name: 'the client for HTTP/2',
  unasked100: 'skipped',
  lenient: false,
  forgiving: true,
  create: ({
    connections = 'per-user',
    maxBodyBytes = 10_485_760,
    tls = { ca: certificate },
    allow = [],
    resolve,
    now = systemClock.now,
  }) =>
    createHttpClient({
      http: { connections, maxBodyBytes, version: '2' },
      guard: createGuard({ allow, now, ...(resolve && { resolve }) }),
      tls: createTlsOptions({ insecure: false, ...tls }),
      now,
    }),
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

export const DATA = 0
export const HEADERS = 1
export const RESET = 3
export const SETTINGS = 4
export const PING = 6
export const GO_AWAY = 7
export const WINDOW_UPDATE = 8
export const CONTINUATION = 9
export const END_STREAM = 1
export const END_HEADERS = 4
export const PADDED = 8
export const LAST = END_STREAM | END_HEADERS

export function frame(type: number, flags: number, stream: number, payload: Buffer | string = ''): Buffer {
  const body = Buffer.from(payload as string, 'latin1')
  const head = Buffer.alloc(9)
  head.writeUIntBE(body.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, body])
}

export function number32(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length)
  for (const [i, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * i)
  return bytes
}

/** Settings by their identifier. */
export function settings(values: Record<number, number> = {}): Buffer {
  const each = Object.entries(values).map(([id, value]) =>
    Buffer.concat([Buffer.of(0, Number(id)), number32(value)]),
  )
  return frame(SETTINGS, 0, 0, Buffer.concat(each))
}

/** A block of fields, all of them written out. */
export function fields(...of: readonly (readonly [string, string])[]): Buffer {
  const text = (value: string): Buffer => {
    const length =
      value.length < 127
        ? [value.length]
        : [127, ((value.length - 127) & 127) | 128, (value.length - 127) >> 7]
    return Buffer.concat([Buffer.from(length), Buffer.from(value, 'latin1')])
  }
  return Buffer.concat(of.flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]))
}

export const status = (code: number | string): Buffer => fields([':status', `${code}`])

/** A whole answer. */
export function answer(stream: number, body = 'ok', code = 200): Buffer {
  if (body === '') return frame(HEADERS, LAST, stream, status(code))
  return Buffer.concat([
    frame(HEADERS, END_HEADERS, stream, status(code)),
    frame(DATA, END_STREAM, stream, body),
  ])
}

/** A frame of the client. */
export interface Got {
  type: number
  flags: number
  stream: number
  payload: Buffer
  /** Of one that begins a request. */
  fields: Record<string, string>
}

/** The server's side of one connection. */
export interface Peer {
  socket: Socket
  got: Got[]
  /** Chunks as they came from the socket. */
  chunks: Buffer[]
  send(...frames: Buffer[]): void
}

export interface PeerServer extends WireServer {
  peers: Peer[]
}

interface PeerOptions {
  settings?: Buffer
  secure?: boolean
}

/** Speaks HTTP/2 by hand: answers each frame of a client as it is told. */
export async function peerServer(
  onFrame: (peer: Peer, got: Got) => void,
  options: PeerOptions = {},
): Promise<PeerServer> {
  const peers: Peer[] = []
  const connected = (socket: Socket): void => {
    socket.on('error', () => undefined)
    peers.push(peerOn(socket, onFrame, options.settings ?? settings()))
  }
  const server = options.secure
    ? createTlsServer({ cert: certificate, key, ALPNProtocols: ['h2'] }, connected)
    : createServer(connected)
  return { peers, ...(await listening(server, options.secure ? 'https' : 'http')) }
}

function peerOn(socket: Socket, onFrame: (peer: Peer, got: Got) => void, greeting: Buffer): Peer {
  const peer: Peer = {
    ...{ socket, got: [], chunks: [] },
    send: (...frames) => void (socket.destroyed || socket.write(Buffer.concat(frames))),
  }
  const decoder = new HpackDecoder()
  let held = Buffer.alloc(0)
  let greeted = false
  socket.on('data', (chunk) => {
    peer.chunks.push(chunk)
    held = Buffer.concat([held, chunk])
    if (!greeted && held.length >= PREFACE.length) {
      if (held.toString('latin1', 0, PREFACE.length) !== PREFACE)
        throw new Error('the client sent no preface')
      greeted = true
      held = held.subarray(PREFACE.length)
      peer.send(greeting)
    }
    while (greeted && held.length >= 9 && held.length >= 9 + held.readUIntBE(0, 3)) {
      const length = held.readUIntBE(0, 3)
      const payload = held.subarray(9, 9 + length)
      const got = { type: held[3] as number, flags: held[4] as number, stream: held.readUInt32BE(5), payload }
      held = held.subarray(9 + length)
      const whole = { ...got, fields: fieldsOf(decoder, got) }
      peer.got.push(whole)
      onFrame(peer, whole)
    }
  })
  return peer
}

/** Heads in one frame, which is how clients send them that are not very long. */
function fieldsOf(
  decoder: HpackDecoder,
  { type, flags, payload }: Omit<Got, 'fields'>,
): Record<string, string> {
  const read: Record<string, string> = {}
  if (type !== HEADERS || (flags & END_HEADERS) === 0) return read
  decoder.read(payload, 0, payload.length, {
    onField: (text, name, nameEnd, value, valueEnd) => {
      read[text.toString('latin1', name, nameEnd)] = text.toString('latin1', value, valueEnd)
    },
  })
  return read
}

/** Whether a frame ends a request. */
export const endsRequest = ({ type, flags }: Got): boolean =>
  (type === HEADERS || type === DATA) && (flags & END_STREAM) !== 0
