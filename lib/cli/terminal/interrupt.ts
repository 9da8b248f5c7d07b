/** Signals closer together than this are one: a terminal sends Ctrl-C to every process of its group. */
const ONE_PRESS_MS = 300

/** What asks a command to end, as it is said of a run that was stopped by it. */
const SIGNALS = {
  SIGINT: 'Ctrl-C',
  SIGTERM: 'SIGTERM',
  SIGHUP: 'SIGHUP, as its terminal was closed',
} as const

/**
 * Calls `stop` at the first Ctrl-C, SIGTERM or SIGHUP, with which it was, and `leave` at the second. Generators and model
 * targets notice that their coordinator is gone and end by themselves.
 */
export function onInterrupt(stop: (by: string) => Promise<void>, leave: () => void): { happened(): boolean } {
  let firstAtMs: number | undefined
  const interrupt = (by: string): void => {
    const nowMs = performance.now()
    if (firstAtMs === undefined) {
      firstAtMs = nowMs
      stop(by).catch(leave)
    } else if (nowMs - firstAtMs > ONE_PRESS_MS) leave()
  }
  for (const [signal, by] of Object.entries(SIGNALS)) process.on(signal, () => interrupt(by))
  return { happened: () => firstAtMs !== undefined }
}
