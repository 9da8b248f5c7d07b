import type { LinkOptions } from '../../../lib/core/scenario/flow.ts'

/** A connection in the hands of a flow. */
export interface Closable {
  close(): Promise<void>
}

/** The streams and connections that a user's flows have opened. */
export class OpenedByFlow {
  /** Open until the iteration ends. */
  #held: Closable[] = []
  /** Open until the user goes. */
  readonly #kept: Closable[] = []
  /** What the last iteration left is closed while the next one goes on. */
  #closing: Promise<void> | undefined

  hold<T extends Closable>(opened: T, lifetime: NonNullable<LinkOptions['lifetime']>): T {
    if (lifetime === 'user') this.#kept.push(opened)
    else this.#held.push(opened)
    return opened
  }

  endIteration(): void {
    if (this.#held.length === 0) return
    this.#closing = closeAll(this.#held)
    this.#held = []
  }

  async close(): Promise<void> {
    await Promise.all([this.#closing, closeAll(this.#kept)])
  }
}

/** Each is closed whatever becomes of the others, and measured when it is. */
async function closeAll(all: readonly Closable[]): Promise<void> {
  await Promise.allSettled(all.map((each) => each.close()))
}
