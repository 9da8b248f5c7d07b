import type { Timers } from '../../../../lib/target/timers.ts'

interface Call {
  atMs: number
  order: number
  run: () => void
}

/** Time that passes only when a test says so. */
export class ManualTimers implements Timers {
  #nowMs = 0
  #calls: Call[] = []
  #order = 0

  nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): void {
    this.#calls.push({ atMs: this.#nowMs + delayMs, order: this.#order++, run })
  }

  every(periodMs: number, run: () => void): () => void {
    let stopped = false
    const again = () => {
      if (stopped) return
      this.after(periodMs, again)
      run()
    }
    this.after(periodMs, again)
    return () => {
      stopped = true
    }
  }

  /** Lets time pass, making every call that falls due on its way. */
  advance(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs
    for (let next = this.#takeDue(untilMs); next !== undefined; next = this.#takeDue(untilMs)) {
      this.#nowMs = next.atMs
      next.run()
    }
    this.#nowMs = untilMs
  }

  #takeDue(untilMs: number): Call | undefined {
    const due = this.#calls.filter(({ atMs }) => atMs <= untilMs)
    const next = due.sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
    this.#calls = this.#calls.filter((call) => call !== next)
    return next
  }
}
