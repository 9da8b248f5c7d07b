import { LongTimer } from '../../../lib/adapters/clock/long-timer.ts'
import { type Backoff, backoffMs } from '../../../lib/core/base/backoff.ts'
import { SeededRandom } from '../../../lib/core/base/random.ts'

interface ReopenTools {
  /** Why it has to be opened again. */
  lost: Error
  seed: number
  now: () => number
  signal?: AbortSignal | undefined
  /** Nobody wants it any more. */
  isOver: () => boolean
}

/**
 * Opens what was lost again, with pauses that grow. Resolves with how long it was away; rejects with why the last try failed,
 * or, where it is over meanwhile, with why it was lost.
 */
export async function reopen<T>(
  plan: Backoff & { attempts: number },
  { lost, seed, now, signal, isOver }: ReopenTools,
  open: () => Promise<T>,
): Promise<{ opened: T; lostMs: number }> {
  const random = new SeededRandom(seed)
  const lostAtMs = now()
  let failure: unknown = lost
  for (let attempt = 1; attempt <= plan.attempts; attempt++) {
    await pause(backoffMs(plan, attempt, random), signal)
    if (signal?.aborted || isOver()) throw lost
    try {
      return { opened: await open(), lostMs: now() - lostAtMs }
    } catch (error) {
      failure = error
    }
    if (isOver()) break
  }
  throw failure
}

/** Resolves after a time, or when the signal is given. */
function pause(lengthMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer.clear()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = new LongTimer(lengthMs, end)
    signal?.addEventListener('abort', end)
  })
}
