/** Entry of a generator process on one machine: takes orders from its coordinator, answers, and ends. */
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { type Answer, type Order, orderSchema } from '../../lib/adapters/launcher/local-message.ts'
import { FileSystemStore } from '../../lib/adapters/snapshot-store/file-system.ts'
import { VolleyError } from '../../lib/core/errors.ts'
import { prepare } from './prepare.ts'

const STOP_POLL_MS = 200

const abandon = new AbortController()
const { promise: started, resolve: start } = Promise.withResolvers<number>()

function answer(message: Answer): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve()
    process.send?.(message, undefined, undefined, () => resolve())
  })
}

async function work({ directory, run, invocation }: Extract<Order, { type: 'prepare' }>): Promise<void> {
  try {
    const generate = await prepare({
      run,
      invocation,
      store: new FileSystemStore(directory, `runs/${run}/`),
      clock: systemClock,
      stopPollMs: STOP_POLL_MS,
      abandon: abandon.signal,
    })
    await answer({ type: 'ready' })
    const ending = await generate(await started)
    await answer({ type: 'ended', ending })
  } catch (error) {
    // What a user can mend is told in a line; anything else is a fault of ours and keeps its stack.
    await answer({
      type: 'failed',
      error: error instanceof VolleyError ? error.message : String((error as Error)?.stack ?? error),
    })
  } finally {
    if (process.connected) process.disconnect()
  }
}

process.on('message', (message) => {
  const order = orderSchema.parse(message)
  if (order.type === 'start') start(order.startAtMs)
  else void work(order)
})

// Without a coordinator nobody would stop this load.
process.on('disconnect', () => {
  abandon.abort()
  start(systemClock.now())
})
