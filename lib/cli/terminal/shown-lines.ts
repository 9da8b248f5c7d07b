import picocolors from 'picocolors'
import { formatNumber } from '../../../aggregator/report/model/figure.ts'
import { LineGate } from '../../core/base/line-gate.ts'
import { printable } from '../../core/base/printable.ts'
import { type Mask, maskText } from '../../core/secrets/mask.ts'
import type { PrintedLine } from '../../user-code/printed-lines.ts'
import { frameReader } from '../../user-code/user-frames.ts'
import type { Terminal } from './terminal.ts'

/** Of all generators together. */
const LINES_PER_SECOND = 200
const framesOf = frameReader(undefined)

type Look = Pick<Terminal, 'color' | 'say'>

/** Shows what code of scenarios prints, on standard error: which process and which line it came from, then the text. */
export class ShownLines {
  readonly #terminal: Look
  readonly #now: () => number
  readonly #mask: Mask
  readonly #gate = new LineGate(LINES_PER_SECOND)

  constructor(terminal: Look, now: () => number, mask: Mask = maskText) {
    this.#terminal = terminal
    this.#now = now
    this.#mask = mask
  }

  /** A line of this process. */
  onLine({ text, stack }: PrintedLine): void {
    const place = framesOf(stack)[0]?.place
    this.show(text, place === undefined ? [] : [place])
  }

  onLeftOut(count: number): void {
    this.showLeftOut(count)
  }

  /** `from`: where it comes from, the widest first. */
  show(text: string, from: readonly string[] = []): void {
    const nowMs = this.#now()
    this.showLeftOut(this.#gate.takeLeftOut(nowMs))
    for (const line of this.#mask(text).split('\n'))
      if (this.#gate.admits(nowMs)) this.#say(printable(line), from)
  }

  /** Comes once a second at most, and is said whatever else is: a count that was left out would be wrong. */
  showLeftOut(count: number, from: readonly string[] = []): void {
    if (count > 0) this.#say(`… ${formatNumber(count)} lines left out`, from)
  }

  /** Says what was left out at the end. */
  flush(): void {
    this.showLeftOut(this.#gate.takeAllLeftOut())
  }

  #say(line: string, from: readonly string[]): void {
    const { dim } = picocolors.createColors(this.#terminal.color)
    this.#terminal.say((from.length === 0 ? '' : dim(`${from.join(', ')}: `)) + line)
  }
}
