/** A number that holds its value between changes, with its integral over time. */
export class Level {
  #value = 0
  #area = 0
  #sinceMs: number

  constructor(nowMs: number) {
    this.#sinceMs = nowMs
  }

  get value(): number {
    return this.#value
  }

  add(change: number, nowMs: number): void {
    this.#area = this.areaAt(nowMs)
    this.#sinceMs = nowMs
    this.#value += change
  }

  /** Value × milliseconds from the beginning until now. */
  areaAt(nowMs: number): number {
    return this.#area + this.#value * (nowMs - this.#sinceMs)
  }
}
