/** Entry of a generator process on one machine: takes orders from its coordinator, answers, and ends. */
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { type Answer, type Order, orderSchema } from '../../lib/adapters/launcher/local-message.ts'
import { FileSystemStore } from '../../lib/adapters/snapshot-store/file-system.ts'
import { VolleyError } from '../../lib/core/base/errors.ts'
import type { Ending } from '../../lib/core/results/snapshot.ts'
import { secretsOfUrl } from '../../lib/core/scenario/known-secrets.ts'
import { maskText } from '../../lib/core/secrets/mask.ts'
import { leaveProcess, refuseExit } from '../../lib/user-code/exit-guard.ts'
import { PrintedLines } from '../../lib/user-code/printed-lines.ts'
import { catchStrayErrors, StrayErrors } from '../../lib/user-code/stray-errors.ts'
import { frameReader } from '../../lib/user-code/user-frames.ts'
import { prepare } from './prepare.ts'

const STOP_POLL_MS = 200
/** How often the coordinator hears that this process still takes turns. */
const HEARTBEAT_MS = 1_000
/** What a generator with a fault, or without a coordinator, may take to write its last snapshot. */
const FLUSH_PATIENCE_MS = 2_000
/** How often it is said how many lines were left out. */
const FLUSH_PRINTED_MS = 1_000

const { stdout, stderr } = process
const printed = new PrintedLines({ console, streams: { stdout, stderr }, now: () => performance.now() })
const framesOf = frameReader(undefined)

/** Users whose connections were opened ahead of the start. */
let connected = 0

const abandon = new AbortController()
const { promise: started, resolve: start } = Promise.withResolvers<number>()
const { promise: faulted, reject: fail } = Promise.withResolvers<never>()
faulted.catch(() => undefined)

// Whatever a scenario does from here on, this process answers before it ends.
refuseExit()
const strays = new StrayErrors()
catchStrayErrors(strays, fail)

function tell(message: Answer): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve()
    process.send?.(message, undefined, undefined, () => resolve())
  })
}

/** Does the work, answers how it went, and ends the process: a flow's open sockets and timers would keep it. */
async function carryOut(order: Extract<Order, { type: 'prepare' }>): Promise<void> {
  const work = makeLoad(order)
  const answer = await Promise.race([work, faulted]).then(
    (ending): Answer => ({ type: 'ended', ending }),
    (error) => failed(error, order.targetUrl),
  )
  abandon.abort()
  await Promise.race([
    work.catch(() => undefined),
    systemClock.sleepUntil(systemClock.now() + FLUSH_PATIENCE_MS),
  ])
  printed.flush()
  await tell(answer)
  leaveProcess(0)
}

async function makeLoad({
  directory,
  run,
  invocation,
  targetUrl,
}: Extract<Order, { type: 'prepare' }>): Promise<Ending> {
  const generate = await prepare({
    run,
    invocation,
    targetUrl,
    store: new FileSystemStore(directory, `runs/${run}/`),
    clock: systemClock,
    stopPollMs: STOP_POLL_MS,
    abandon: abandon.signal,
    strays,
    printed,
    onConnected: (count) => {
      connected = count
    },
  })
  // What loading the scenario printed, the coordinator has shown: it loaded the same.
  sayPrinted()
  await tell({ type: 'ready' })
  return generate(await started)
}

/** What a user can correct is said in a line; anything else is a fault of ours and keeps its stack. */
function failed(error: unknown, targetUrl: string): Answer {
  const shown = (text: string): string => maskText(text, secretsOfUrl(targetUrl))
  if (!(error instanceof VolleyError))
    return { type: 'failed', error: shown(String((error as Error)?.stack ?? error)) }
  const { code, message, mistakes } = error
  return { type: 'failed', error: shown(message), code, mistakes: [...mistakes] }
}

function sayPrinted(): void {
  printed.listen({
    onLine({ text, stack }) {
      const place = framesOf(stack)[0]?.place
      void tell({ type: 'line', text, ...(place !== undefined && { place }) })
    },
    onLeftOut: (lines) => void tell({ type: 'left-out', lines }),
  })
  setInterval(() => printed.flush(), FLUSH_PRINTED_MS).unref()
}

process.on('message', (message) => {
  const order = orderSchema.parse(message)
  if (order.type === 'start') start(order.startAtMs)
  else void carryOut(order)
})

setInterval(() => void tell({ type: 'alive', connected }), HEARTBEAT_MS).unref()

// Without a coordinator nothing would stop this load.
process.on('disconnect', () => {
  abandon.abort()
  start(systemClock.now())
  setTimeout(() => leaveProcess(0), 2 * FLUSH_PATIENCE_MS).unref()
})
