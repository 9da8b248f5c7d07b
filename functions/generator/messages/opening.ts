import { LongTimer } from '../../../lib/adapters/clock/long-timer.ts'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import { asFlowError } from '../metering/error-class.ts'

interface OpeningOptions {
  timeoutMs: number
  signal: AbortSignal | undefined
  /** Class of what took too long. */
  timeoutClass: string
}

/**
 * Waits for something to open, until the timeout or the signal. `begin` is given what to call when it is open or has failed,
 * and returns how to give it up. Rejects with a `FlowError`.
 */
export function opening<T>(
  { timeoutMs, signal, timeoutClass }: OpeningOptions,
  begin: (opened: (value: T) => void, failed: (error: unknown) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let giveUp: (() => void) | undefined
    const failed = (error: unknown): void => {
      stopWaiting()
      giveUp?.()
      reject(asFlowError(error))
    }
    const interrupt = (): void => failed(new FlowError('interrupted'))
    const timer = new LongTimer(timeoutMs, () =>
      failed(new FlowError(timeoutClass, `not open within ${timeoutMs} ms`)),
    )
    const stopWaiting = (): void => {
      timer.clear()
      signal?.removeEventListener('abort', interrupt)
    }
    if (signal?.aborted) return interrupt()
    signal?.addEventListener('abort', interrupt, { once: true })
    try {
      giveUp = begin((value) => {
        stopWaiting()
        resolve(value)
      }, failed)
    } catch (error) {
      failed(error)
    }
  })
}
