import { yieldToEventLoop } from './yield-to-event-loop.ts'

/** Counts what a flow has begun with its user and not seen the end of, so that an iteration ends with the last of it. */
export class CallsInFlight {
  /** Requests, openings of connections, and think times. */
  #calls = 0
  #onIdle: (() => void) | undefined

  begin(): void {
    this.#calls++
  }

  end(): void {
    this.#calls--
    if (this.#onIdle) this.#look()
  }

  /** Follows the opening of a connection. One that fails at once gives other work a turn before the flow hears of it. */
  async opening<T>(opening: Promise<T>): Promise<T> {
    this.begin()
    try {
      return await opening
    } catch (error) {
      await yieldToEventLoop()
      throw error
    } finally {
      this.end()
    }
  }

  get count(): number {
    return this.#calls
  }

  /** Calls back once, when nothing is under way any more and nothing new has come of it. */
  whenIdle(onIdle: () => void): void {
    this.#onIdle = onIdle
    this.#look()
  }

  /** Waits for nothing any more: the user is cut off. */
  giveUp(): void {
    if (this.#onIdle) setImmediate(() => this.#idle())
  }

  /** What goes on after a call may begin the next one: it gets a turn to. */
  #look(): void {
    setImmediate(() => {
      if (this.#calls === 0) this.#idle()
    })
  }

  #idle(): void {
    const onIdle = this.#onIdle
    this.#onIdle = undefined
    onIdle?.()
  }
}
