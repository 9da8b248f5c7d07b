import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { FlowError } from '../../../lib/core/scenario/flow.ts'

/** Makes what undoes a coding, by the first byte of what is coded. */
const CODINGS: Readonly<Record<string, ((firstByte: number) => Transform) | undefined>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  br: () => zlib.createBrotliDecompress(),
  zstd: 'createZstdDecompress' in zlib ? () => zlib.createZstdDecompress() : undefined,
  // Many servers send deflate without the zlib header, whose low bits are 8 (RFC 1950).
  deflate: (firstByte) => ((firstByte & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
}

/** Undoes one content encoding of a body as it comes. */
export class BodyDecoder {
  readonly #create: ((firstByte: number) => Transform) | undefined
  readonly #onBytes: (bytes: Uint8Array) => void
  readonly #onFailure: (failure: FlowError) => void
  #transform: Transform | undefined
  #over = Promise.resolve()

  /** `encoding`: of the answer. One that is not known, and more than one, leave the body as it is. */
  constructor(
    encoding: string | undefined,
    onBytes: (bytes: Uint8Array) => void,
    onFailure: (failure: FlowError) => void,
  ) {
    const name = encoding?.trim().toLowerCase()
    this.#create = name === undefined ? undefined : CODINGS[name]
    this.#onBytes = onBytes
    this.#onFailure = onFailure
  }

  /** The bytes may be overwritten after the call. */
  write(bytes: Uint8Array): void {
    const [firstByte] = bytes
    if (!this.#create) this.#onBytes(bytes)
    else if (firstByte !== undefined) {
      this.#transform ??= this.#start(this.#create(firstByte))
      this.#transform.write(Buffer.from(bytes))
    }
  }

  /** Resolves when all that was written has come out, or could not. */
  end(): Promise<void> {
    this.#transform?.end()
    return this.#over
  }

  #start(transform: Transform): Transform {
    this.#over = new Promise((resolve) => transform.once('close', resolve))
    transform.on('data', this.#onBytes)
    transform.once('error', (error) =>
      this.#onFailure(new FlowError('decode_failed', `the body could not be decoded: ${error.message}`)),
    )
    return transform
  }

  /** What was not decoded yet is given up. */
  destroy(): void {
    this.#transform?.destroy()
  }
}
