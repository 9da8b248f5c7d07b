import { LineSplitter } from './line-splitter.ts'

/** An event as the stream wrote it. */
export interface ServerSentEvent {
  /** `message` where the stream names none. */
  event: string
  data: string
  /** The last id the stream gave; it holds until another is given. */
  id: string
}

const BOM = '\uFEFF'
const DIGITS = /^\d+$/
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Reads server-sent events from bytes in pieces of any size, as the HTML standard interprets them (section 9.2.6).
 * An event that the stream does not finish is not one.
 */
export class EventStreamParser {
  readonly #lines: LineSplitter
  readonly #maxEventBytes: number
  readonly #onEvent: (event: ServerSentEvent) => void
  #started = false
  #data: string[] = []
  #dataBytes = 0
  #event = ''
  /** The last one that was read. It counts once its block has ended, with data or without. */
  #id: string
  #lastEventId: string
  #retryMs: number | undefined

  /** `lastEventId`: of the connection before, where this one goes on after it. */
  constructor(maxEventBytes: number, onEvent: (event: ServerSentEvent) => void, lastEventId = '') {
    this.#id = lastEventId
    this.#lastEventId = lastEventId
    this.#lines = new LineSplitter('any', maxEventBytes)
    this.#maxEventBytes = maxEventBytes
    this.#onEvent = onEvent
  }

  /** What the next connection asks to go on after. */
  get lastEventId(): string {
    return this.#lastEventId
  }

  /** How long the stream asks to wait before connecting again. */
  get retryMs(): number | undefined {
    return this.#retryMs
  }

  /** Returns false, and takes nothing more, once an event is larger than allowed. */
  push(piece: Uint8Array): boolean {
    return this.#lines.push(piece, this.#line) && this.#dataBytes <= this.#maxEventBytes
  }

  readonly #line = (bytes: Uint8Array): void => {
    let line = utf8.decode(bytes)
    if (!this.#started) {
      this.#started = true
      if (line.startsWith(BOM)) line = line.slice(1)
    }
    if (line === '') this.#dispatch()
    else if (this.#dataBytes <= this.#maxEventBytes) this.#field(line, bytes.length)
  }

  #field(line: string, sizeBytes: number): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'data') {
      this.#data.push(value)
      this.#dataBytes += sizeBytes
    } else if (name === 'event') this.#event = value
    else if (name === 'id' && !value.includes('\0')) this.#id = value
    else if (name === 'retry' && DIGITS.test(value)) this.#retryMs = Number(value)
  }

  #dispatch(): void {
    const data = this.#data
    const event = this.#event
    this.#data = []
    this.#dataBytes = 0
    this.#event = ''
    this.#lastEventId = this.#id
    if (data.length === 0) return
    this.#onEvent({ event: event || 'message', data: data.join('\n'), id: this.#lastEventId })
  }
}
