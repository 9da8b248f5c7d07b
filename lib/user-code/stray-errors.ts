import { CODE_ROOT } from '../package/own-files.ts'

type StrayListener = (error: unknown) => void

/** Kept until there is something to count them in: a scenario may fail in a timer before the load begins. */
const MAX_KEPT = 100

/**
 * Errors that nothing waits for: thrown in timers and events, and rejections of promises that were forgotten. All of
 * them come to this one place.
 */
export class StrayErrors {
  readonly #listeners = new Set<StrayListener>()
  #kept: unknown[] = []

  report(error: unknown): void {
    if (this.#listeners.size === 0 && this.#kept.length < MAX_KEPT) this.#kept.push(error)
    for (const listener of this.#listeners) listener(error)
  }

  /** The first listener also hears of those that came before it. Returns what ends it. */
  listen(listener: StrayListener): () => void {
    const kept = this.#kept
    this.#kept = []
    this.#listeners.add(listener)
    for (const error of kept) listener(error)
    return () => void this.#listeners.delete(listener)
  }
}

/**
 * Hands every stray error of this process to `strays`; the process and its other users go on. Errors that were thrown by
 * Volley's own code alone go to `onFault`: what they left half done, nobody knows. Returns what undoes it.
 */
export function catchStrayErrors(strays: StrayErrors, onFault: (fault: unknown) => void): () => void {
  const rejected = (reason: unknown): void => strays.report(reason)
  // A platform's own listeners would end the process.
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', rejected)
  // Unlike a listener, a scenario cannot take this away by accident.
  process.setUncaughtExceptionCaptureCallback((error) => {
    if (isOwnFault(error)) onFault(error)
    else strays.report(error)
  })
  return () => {
    process.setUncaughtExceptionCaptureCallback(null)
    process.off('unhandledRejection', rejected)
    for (const listener of others) process.on('unhandledRejection', listener)
  }
}

/** As stacks have them: of the URLs of modules, on Windows with a slash before the executorRun. */
const OWN_ROOMS = ['functions', 'lib', 'aggregator', 'bin'].map((room) => `${CODE_ROOT.pathname}${room}/`)
const PLACE = /(?:\(|at (?:async )?)(?:file:\/\/)?(\/[^\s()]+|[A-Z]:[^\s()]+):\d+:\d+\)?$/

/** Whether an error passed through Volley's own code and through no code of a scenario. */
export function isOwnFault(error: unknown): boolean {
  if (!(error instanceof Error) || error.stack === undefined) return false
  const places = error.stack.split('\n').flatMap((line) => PLACE.exec(line)?.[1] ?? [])
  const own = places.filter((place) => OWN_ROOMS.some((room) => place.startsWith(room)))
  return own.length > 0 && own.length === places.length
}
