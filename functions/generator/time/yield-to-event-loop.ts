/** Lets timers and sockets have their turn before more work is started. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
