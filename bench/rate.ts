import { busyShare, ticksOf } from './machine.ts'
import type { Target } from './target/target.ts'
import { CLIENT_CORE, pause, TARGET_CORE } from './workbench.ts'

/** What one client reached in one turn. Shares are of the cores of client and target. */
export interface Turn {
  perSecond: number
  clientShare: number | undefined
  targetShare: number | undefined
}

/** Traffic of more requests than this has begun. */
const BEGUN = 200
/** How long a client may take to begin. */
const PATIENCE_MS = 30_000

/**
 * Requests per second as the target counts them: one measure for all clients, whatever they say of themselves.
 * The clock starts once traffic has flowed for `warmMs`.
 */
export async function measureRate(target: Target, warmMs: number, forMs: number): Promise<Turn> {
  const atRest = await target.requests()
  for (let waitedMs = 0; (await target.requests()) - atRest < BEGUN; waitedMs += 100) {
    if (waitedMs > PATIENCE_MS) throw new Error('no traffic came')
    await pause(100)
  }
  await pause(warmMs)
  const before = { requests: await target.requests(), atMs: performance.now(), ...ticks() }
  await pause(forMs)
  const after = { requests: await target.requests(), atMs: performance.now(), ...ticks() }
  return {
    perSecond: (after.requests - before.requests) / ((after.atMs - before.atMs) / 1_000),
    clientShare: busyShare(before.client, after.client),
    targetShare: busyShare(before.target, after.target),
  }
}

function ticks() {
  return { client: ticksOf(CLIENT_CORE), target: ticksOf(TARGET_CORE) }
}
