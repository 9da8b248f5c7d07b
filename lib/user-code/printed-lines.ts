import { formatWithOptions } from 'node:util'
import { LineGate } from '../core/base/line-gate.ts'
import { cutText } from '../core/results/incident.ts'

const LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const
const STREAMS = ['stdout', 'stderr'] as const
type StreamName = (typeof STREAMS)[number]

/** What code of a scenario printed by one call; it may be several lines. */
export interface PrintedLine {
  /** The method of the console, or the stream that was written to. */
  level: (typeof LEVELS)[number] | StreamName
  text: string
  /** Where it was printed. */
  stack: string
}

export interface PrintListener {
  onLine(line: PrintedLine): void
  /** So many more were printed, faster than anybody can read. */
  onLeftOut(count: number): void
}

/** Takes whatever the methods of the console and the streams of a process are given. */
interface Printer {
  console: Pick<Console, (typeof LEVELS)[number]>
  /** Streams whose writes are taken, too. */
  streams?: Partial<Record<StreamName, Pick<NodeJS.WriteStream, 'write'>>>
}

interface CaptureOptions extends Printer {
  now: () => number
  /** It is printed as ever besides. */
  passOn?: boolean
}

/** So much is shown of a second and of a call: more would cost the load, and fill the terminal. */
const LINES_PER_SECOND = 50
const MAX_TEXT = 4_000
const FORMAT = { colors: false }

/**
 * What code of scenarios prints: on the console, or to the streams of the process. It goes to listeners, line by line, and
 * costs little where it comes faster than it can be read.
 */
export class PrintedLines {
  readonly #now: () => number
  readonly #gate = new LineGate(LINES_PER_SECOND)
  readonly #listeners = new Set<PrintListener>()
  /** Ends of lines that are still to come. */
  readonly #unfinished = new Map<StreamName, string>()
  readonly #undo: (() => void)[] = []

  constructor({ console, streams = {}, now, passOn = false }: CaptureOptions) {
    this.#now = now
    for (const level of LEVELS) this.#takeConsole(console, level, passOn)
    for (const name of STREAMS) if (streams[name]) this.#takeStream(streams[name], name)
  }

  /** Returns what ends it. */
  listen(listener: PrintListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Says what was left out, and what has no end of line yet: at the latest when the process ends. */
  flush(): void {
    for (const [name, text] of this.#unfinished) this.#print(name, text)
    this.#unfinished.clear()
    this.#tellLeftOut(this.#gate.takeAllLeftOut())
  }

  /** Gives the console and the streams back. */
  release(): void {
    this.flush()
    for (const undo of this.#undo) undo()
  }

  #takeConsole(console: Printer['console'], level: (typeof LEVELS)[number], passOn: boolean): void {
    const original = console[level]
    const print = (...values: unknown[]): void => {
      if (passOn) original.apply(console, values)
      if (this.#admits()) this.#say(level, formatWithOptions(FORMAT, ...values), print)
    }
    console[level] = print
    this.#undo.push(() => {
      console[level] = original
    })
  }

  #takeStream(stream: Pick<NodeJS.WriteStream, 'write'>, name: StreamName): void {
    const original = stream.write
    const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      this.#write(name, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
      const written = rest.at(-1)
      if (typeof written === 'function') process.nextTick(written as () => void)
      return true
    }
    stream.write = write as typeof stream.write
    this.#undo.push(() => {
      stream.write = original
    })
  }

  #write(name: StreamName, chunk: string): void {
    const text = (this.#unfinished.get(name) ?? '') + chunk
    const end = text.lastIndexOf('\n')
    if (end !== -1) this.#print(name, text.slice(0, end))
    const rest = text.slice(end + 1)
    if (rest.length > MAX_TEXT) this.#print(name, rest)
    this.#unfinished.set(name, rest.length > MAX_TEXT ? '' : rest)
  }

  #print(name: StreamName, text: string): void {
    if (text !== '' && this.#admits()) this.#say(name, text, this.#write)
  }

  #admits(): boolean {
    const nowMs = this.#now()
    this.#tellLeftOut(this.#gate.takeLeftOut(nowMs))
    return this.#gate.admits(nowMs)
  }

  #say(level: PrintedLine['level'], text: string, caller: (...values: never[]) => void): void {
    const place: { stack?: string } = {}
    Error.captureStackTrace(place, caller)
    const line = { level, text: cutText(text, MAX_TEXT), stack: place.stack ?? '' }
    for (const listener of this.#listeners) listener.onLine(line)
  }

  #tellLeftOut(count: number): void {
    if (count > 0) for (const listener of this.#listeners) listener.onLeftOut(count)
  }
}
