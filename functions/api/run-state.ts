import type { z } from 'zod'
import { liveKey, liveSchema } from '../../lib/core/results/live.ts'
import { verdictKey } from '../../lib/core/results/verdict.ts'
import { startKey } from '../../lib/core/run/relay.ts'
import type { RunEntry } from '../../lib/core/run/run-entry.ts'
import type { Phase, RunView } from '../../lib/core/run/run-view.ts'
import type { Execution } from '../../lib/ports.ts'
import { findStop } from '../../lib/run/store/stop.ts'
import type { ApiPorts } from './ports.ts'

/** Until then an execution that nobody knows may be one that was started a moment ago. */
const START_PATIENCE_MS = 60_000
/** A run whose execution ended without its verdict is judged all the same: its generators end, late metrics come in. */
const JUDGE_PATIENCE_MS = 300_000

/** How a run stands, with as much of its verdict as was asked for. */
export type RunState<V> = Pick<RunView, 'phase' | 'cause' | 'live' | 'stop'> & { verdict?: V }

/**
 * How a run stands, from what it has written and from its execution. A verdict is the end, whatever else is there;
 * `schema` says how much of it the caller needs.
 */
export async function runStateOf<V>(
  entry: RunEntry,
  schema: z.ZodType<V>,
  { store, starter, clock }: ApiPorts,
): Promise<RunState<V>> {
  const { run } = entry
  const findVerdict = async (): Promise<V | undefined> => {
    const verdict = await readJson(store, verdictKey(run))
    return verdict === undefined ? undefined : schema.parse(verdict)
  }
  const [verdict, stop] = await Promise.all([findVerdict(), findStop(store, run)])
  const stopped = stop && { stop }
  if (verdict) return { phase: 'ended', verdict, ...stopped }
  const [execution, live] = await Promise.all([starter.describe(run), findLive(store, run)])
  const cause = failureOf(execution, clock.now() - entry.requestedAtMs)
  if (cause !== undefined) {
    // It may have been written while the execution was asked for.
    const late = await findVerdict()
    if (late) return { phase: 'ended', verdict: late, ...stopped }
    const overForMs = clock.now() - (execution?.endedAtMs ?? 0)
    if (overForMs < JUDGE_PATIENCE_MS && (await store.get(startKey(run))))
      return { phase: 'stopping', ...(live && { live }), ...stopped }
    return { phase: 'failed', cause, ...stopped }
  }
  const phase: Phase = stop ? 'stopping' : live ? 'running' : 'starting'
  return { phase, ...(live && { live }), ...stopped }
}

/** Why a run without a verdict will never have one; `undefined` while it may. */
function failureOf(execution: Execution | undefined, ageMs: number): string | undefined {
  if (execution === undefined) return ageMs > START_PATIENCE_MS ? 'its execution never started' : undefined
  if (execution.state === 'running') return undefined
  if (execution.state === 'aborted') return 'its execution was aborted'
  return execution.cause ?? 'its execution ended without a verdict'
}

/** Progress is an ornament: what can't be read is left out. */
async function findLive(store: ApiPorts['store'], run: string): Promise<RunView['live']> {
  return liveSchema.safeParse(await readJson(store, liveKey(run))).data
}

async function readJson(store: ApiPorts['store'], key: string): Promise<unknown> {
  const body = await store.get(key)
  return body && JSON.parse(new TextDecoder().decode(body))
}
