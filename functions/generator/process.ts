/** Entry of a generator process on one machine: takes orders from its coordinator, answers, and ends. */
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { type Answer, type Order, orderSchema } from '../../lib/adapters/launcher/local-message.ts'
import { FileSystemStore } from '../../lib/adapters/snapshot-store/file-system.ts'
import { VolleyError } from '../../lib/core/errors.ts'
import { PrintedLines } from '../../lib/printed-lines.ts'
import { frameReader } from '../../lib/user-frames.ts'
import { prepare } from './prepare.ts'

const STOP_POLL_MS = 200
/** How often it is said how many lines were left out. */
const FLUSH_PRINTED_MS = 1_000

const { stdout, stderr } = process
const printed = new PrintedLines({ console, streams: { stdout, stderr }, now: () => performance.now() })
const framesOf = frameReader(undefined)

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
      printed,
    })
    // What loading the scenario printed, the coordinator has shown: it loaded the same.
    sayPrinted()
    await answer({ type: 'ready' })
    const ending = await generate(await started)
    printed.flush()
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

function sayPrinted(): void {
  printed.listen({
    onLine({ text, stack }) {
      const place = framesOf(stack)[0]?.place
      void answer({ type: 'line', text, ...(place !== undefined && { place }) })
    },
    onLeftOut: (lines) => void answer({ type: 'left-out', lines }),
  })
  setInterval(() => printed.flush(), FLUSH_PRINTED_MS).unref()
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
