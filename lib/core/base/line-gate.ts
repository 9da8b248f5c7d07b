/** Lets so many lines a second pass, and counts the others. Times are milliseconds of any clock that goes on. */
export class LineGate {
  readonly #perSecond: number
  #untilMs = Number.NEGATIVE_INFINITY
  #passed = 0
  #leftOut = 0

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Whether one more line may pass now; one that may not is counted. */
  admits(nowMs: number): boolean {
    if (nowMs >= this.#untilMs) {
      this.#untilMs = nowMs + 1_000
      this.#passed = 0
    }
    if (this.#passed >= this.#perSecond) {
      this.#leftOut++
      return false
    }
    this.#passed++
    return true
  }

  /** How many lines were left out since this was last asked, once their second is over; else 0. */
  takeLeftOut(nowMs: number): number {
    return nowMs < this.#untilMs ? 0 : this.takeAllLeftOut()
  }

  /** The same without waiting for the end of the second. */
  takeAllLeftOut(): number {
    const leftOut = this.#leftOut
    this.#leftOut = 0
    return leftOut
  }
}
