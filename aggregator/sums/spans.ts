import type { SpansState } from './states.ts'

/** A stretch of time, from the start of the run. */
export interface Span {
  fromMs: number
  toMs: number
}

/** A union of spans: overlaps count once, and the order in which they come does not matter. */
export class Spans {
  /** Apart from each other, in ascending order. */
  #spans: Span[] = []

  static of(spans: Iterable<Span>): Spans {
    const union = new Spans()
    for (const { fromMs, toMs } of spans) union.add(fromMs, toMs)
    return union
  }

  static ofState(state: SpansState): Spans {
    return Spans.of(state.map(([fromMs, toMs]) => ({ fromMs, toMs })))
  }

  get state(): SpansState {
    return this.#spans.map(({ fromMs, toMs }) => [fromMs, toMs])
  }

  add(fromMs: number, toMs: number): void {
    if (toMs <= fromMs) return
    const before = this.#spans.filter((span) => span.toMs < fromMs)
    const after = this.#spans.filter((span) => span.fromMs > toMs)
    const touched = this.#spans.slice(before.length, this.#spans.length - after.length)
    const joined = {
      fromMs: Math.min(fromMs, ...touched.map((span) => span.fromMs)),
      toMs: Math.max(toMs, ...touched.map((span) => span.toMs)),
    }
    this.#spans = [...before, joined, ...after]
  }

  /** What lies before a time. */
  until(endMs: number): Span[] {
    return this.#spans
      .filter(({ fromMs }) => fromMs < endMs)
      .map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs, endMs) }))
  }

  lengthUntil(endMs: number): number {
    return this.until(endMs).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  }
}
