/** Signals closer together than this are one: a terminal sends Ctrl-C to every process of its group. */
const ONE_PRESS_MS = 300

/**
 * Calls `stop` at the first Ctrl-C (or SIGTERM), and `leave` at the second. Generators and model targets
 * notice that their coordinator is gone and end by themselves.
 */
export function onInterrupt(stop: () => Promise<void>, leave: () => void): { happened(): boolean } {
  let firstAtMs: number | undefined
  const interrupt = (): void => {
    const nowMs = performance.now()
    if (firstAtMs === undefined) {
      firstAtMs = nowMs
      stop().catch(leave)
    } else if (nowMs - firstAtMs > ONE_PRESS_MS) leave()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return { happened: () => firstAtMs !== undefined }
}
