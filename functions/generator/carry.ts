import { VolleyError } from '../../lib/core/base/errors.ts'
import type { Ending } from '../../lib/core/results/snapshot.ts'
import { claimKey, FLUSH_MS, type GeneratorEvent, STOP_POLL_MS } from '../../lib/core/run/relay.ts'
import type { Clock, SnapshotStore } from '../../lib/ports.ts'
import { loadDeployedScenario } from '../../lib/scenario/deployed-scenario.ts'
import type { PrintedLines } from '../../lib/user-code/printed-lines.ts'
import type { StrayErrors } from '../../lib/user-code/stray-errors.ts'
import { prepare } from './prepare.ts'

interface CarryOptions {
  store: SnapshotStore
  clock: Clock
  /** What code of the scenario prints. */
  printed?: PrintedLines
  /** Tells this invocation from any other. */
  invocationId: string
  /** When the platform ends this invocation without asking, epoch milliseconds. */
  killedAtMs: number
  /** Errors that nothing waits for. */
  strays?: StrayErrors
}

/**
 * Carries one window of one slice, as a Lambda invocation.
 * Throws `GENERATOR_FAILED` when the window was carried already or its time is over: load is never made again.
 */
export async function carry(event: GeneratorEvent, options: CarryOptions): Promise<Ending> {
  const { run, slice, window, attempt, startAtMs } = event
  const { store, clock, strays } = options
  const lastMs = Math.min(event.deadlineAtMs, options.killedAtMs - FLUSH_MS)
  if (clock.now() >= lastMs) throw notAgain(event, 'its time is over')
  await claim(event, options)
  const over = new AbortController()
  const done = new AbortController()
  const generate = await prepare({
    run,
    invocation: { slice, window, attempt },
    store,
    clock,
    startAtMs,
    stopPollMs: STOP_POLL_MS,
    abandon: over.signal,
    printed: options.printed,
    strays,
    load: (module) => loadDeployedScenario(module, store),
  })
  void clock.sleepUntil(lastMs, done.signal).then(() => over.abort())
  try {
    return await generate(startAtMs)
  } finally {
    done.abort()
  }
}

/** A write whose answer was lost is tried again and finds its own claim. */
async function claim(event: GeneratorEvent, { store, invocationId }: CarryOptions): Promise<void> {
  const key = claimKey(event.run, event)
  if (await store.putOnce(key, invocationId)) return
  const holder = await store.get(key)
  if (holder && new TextDecoder().decode(holder) === invocationId) return
  throw notAgain(event, 'another invocation has carried it')
}

function notAgain({ slice, window }: GeneratorEvent, why: string): VolleyError {
  return new VolleyError('GENERATOR_FAILED', `window ${window} of slice ${slice} is not carried: ${why}`)
}
