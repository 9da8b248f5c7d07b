import { z } from 'zod'
import { isErrorCode } from '../../lib/core/base/errors.ts'
import { liveKey, liveSchema } from '../../lib/core/results/live.ts'
import { reportKey } from '../../lib/core/results/report-file.ts'
import { verdictKey, verdictSchema } from '../../lib/core/results/verdict.ts'
import { RUN_ENDED_SCHEMA, type RunEnded } from '../../lib/core/run/run-ended.ts'
import { runEntryKey, runEntrySchema } from '../../lib/core/run/run-entry.ts'
import { maskText } from '../../lib/core/secrets/mask.ts'
import type { SnapshotStore } from '../../lib/ports.ts'

const MAX_REASONS = 20
const MAX_REASON = 500

/** The parts of EventBridge's "Step Functions Execution Status Change" that tell how an execution ended. */
export const executionEndSchema = z.object({
  name: z.string(),
  status: z.enum(['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT']),
  stopDate: z.number(),
  error: z.string().nullish(),
  cause: z.string().nullish(),
})
export type ExecutionEnd = z.infer<typeof executionEndSchema>

interface DescribePorts {
  store: SnapshotStore
  bucket: string
  deployment: string
}

/** How a run ended, from its execution's end and from what it left. */
export async function describeEnd(end: ExecutionEnd, ports: DescribePorts): Promise<RunEnded> {
  const { store, bucket, deployment } = ports
  const run = end.name
  const head = { schema: RUN_ENDED_SCHEMA, deployment, run, endedAt: end.stopDate, bucket } as const
  // One that was refused for its name must not be told by the verdict of its namesake.
  const refused = isErrorCode(end.error ?? '')
  const verdict = refused ? undefined : await find(store, verdictKey(run), verdictSchema)
  if (verdict) {
    const { scenario, profile, target, state, cost } = verdict
    const reasons = shortened(verdict.reasons)
    return { ...head, scenario, profile, target, state, reasons, cost, report: reportKey(run, 'report.html') }
  }
  const entry = refused ? undefined : await find(store, runEntryKey(run), runEntrySchema)
  const live = refused ? undefined : await find(store, liveKey(run), liveSchema)
  return {
    ...head,
    ...(entry && { scenario: entry.request.scenario, profile: entry.profile, target: entry.target }),
    state: 'failed',
    reasons: shortened([whyWithoutVerdict(end)]),
    ...(live?.cost && { cost: live.cost }),
  }
}

function whyWithoutVerdict({ status, error, cause }: ExecutionEnd): string {
  if (status === 'ABORTED') return 'its execution was aborted'
  if (status === 'TIMED_OUT') return 'its execution took longer than it may'
  return maskText(cause ?? error ?? 'its execution ended without a verdict')
}

function shortened(reasons: readonly string[]): string[] {
  const named = reasons
    .slice(0, MAX_REASONS)
    .map((reason) => (reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON - 1)}…` : reason))
  const more = reasons.length - named.length
  return more > 0 ? [...named, `and ${more} more`] : named
}

/** What is damaged tells nothing: that a run has ended is told all the same. */
async function find<T>(store: SnapshotStore, key: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const body = await store.get(key)
  if (!body) return undefined
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(body)))
  } catch {
    return undefined
  }
}
