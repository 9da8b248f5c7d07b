import * as zlib from 'node:zlib'
import { FlowError } from '../../../lib/core/scenario/flow.ts'

type Done = (error: FlowError | undefined, body: Uint8Array) => void
type Options = { maxOutputLength: number }
type Callback = (error: Error | null, decoded: Buffer) => void

interface Coding {
  now: (body: Uint8Array, options: Options) => Buffer
  later: (body: Uint8Array, options: Options, done: Callback) => void
}

/** Up to this size a body is decoded at once; the thread that would do it later costs more than it spares. */
const AT_ONCE_UP_TO_BYTES = 32_768

const CODINGS: Readonly<Record<string, Coding | undefined>> = {
  gzip: { now: zlib.gunzipSync, later: zlib.gunzip },
  'x-gzip': { now: zlib.gunzipSync, later: zlib.gunzip },
  br: { now: zlib.brotliDecompressSync, later: zlib.brotliDecompress },
  zstd: 'zstdDecompress' in zlib ? { now: zlib.zstdDecompressSync, later: zlib.zstdDecompress } : undefined,
  deflate: {
    now: (body, options) => (isRawDeflate(body) ? zlib.inflateRawSync : zlib.inflateSync)(body, options),
    later: (body, options, done) =>
      (isRawDeflate(body) ? zlib.inflateRaw : zlib.inflate)(body, options, done),
  },
}

/**
 * Undoes the codings of a `content-encoding` header, the last one first. A body with a coding that is not known
 * stays as it is from there. Fails with `body_too_large` past the limit, with `decode_failed` where a body is broken.
 */
export function decodeBody(encoding: string, body: Uint8Array, limitBytes: number, done: Done): void {
  const codings = encoding.toLowerCase().split(',')
  decodeRest(codings, body, limitBytes, done)
}

function decodeRest(codings: string[], body: Uint8Array, limitBytes: number, done: Done): void {
  const name = codings.pop()?.trim()
  const coding = name === undefined ? undefined : CODINGS[name]
  if (name === '' || name === 'identity') decodeRest(codings, body, limitBytes, done)
  else if (!coding) done(undefined, body)
  else
    decodeOnce(coding, body, { maxOutputLength: limitBytes }, (error, decoded) => {
      if (error) done(failureOf(error, limitBytes), body)
      else decodeRest(codings, decoded, limitBytes, done)
    })
}

function decodeOnce(coding: Coding, body: Uint8Array, options: Options, done: Callback): void {
  if (body.byteLength > AT_ONCE_UP_TO_BYTES) {
    coding.later(body, options, done)
    return
  }
  let decoded: Buffer
  try {
    decoded = coding.now(body, options)
  } catch (error) {
    done(error as Error, Buffer.alloc(0))
    return
  }
  done(null, decoded)
}

function failureOf(error: Error & { code?: string }, limitBytes: number): FlowError {
  return error.code === 'ERR_BUFFER_TOO_LARGE'
    ? new FlowError('body_too_large', `the decoded body is longer than ${limitBytes} bytes`)
    : new FlowError('decode_failed', `the body could not be decoded: ${error.message}`)
}

/** A zlib header has 8 in its low bits and is a multiple of 31 (RFC 1950); many servers send deflate without one. */
function isRawDeflate(body: Uint8Array): boolean {
  const [first = 0, second = 0] = body
  return (first & 0x0f) !== 8 || (first * 256 + second) % 31 !== 0
}
