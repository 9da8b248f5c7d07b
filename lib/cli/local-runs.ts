import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FolderArchive } from '../adapters/run-archive/folder.ts'
import { type State, stateSchema } from '../core/results/verdict.ts'

/** One run on this machine, as far as its files tell. */
export interface LocalRun {
  run: string
  directory: string
  scenario?: string
  profile?: string
  /** Epoch milliseconds: of the start of the load, else when the plan was written. */
  startedAtMs: number
  /** `unfinished`: there is no verdict, as of a run that goes on or was cut short. `damaged`: its plan can't be read. */
  state: State | 'unfinished' | 'damaged'
  /** Why it did not pass. */
  reason?: string
  requests?: number
  failedRequests?: number
  p95Ms?: number
}

/** All that a list tells of a summary: what another version wrote beside it hides nothing. */
const outcomeSchema = z.object({
  state: stateSchema,
  reasons: z.array(z.string()),
  startedAt: z.number(),
  requests: z.object({ count: z.number(), failed: z.number() }),
  latencyMs: z.object({ p95: z.number() }).optional(),
})
type Outcome = z.infer<typeof outcomeSchema>

/** The latest runs whose directories are in a folder, the newest first. A folder that is not there holds none. */
export async function localRuns(folder: string, limit: number): Promise<LocalRun[]> {
  const runs = await new FolderArchive(folder).list({ limit })
  return Promise.all(
    runs.map(async ({ run, directory, atMs: startedAtMs, scenario, profile }): Promise<LocalRun> => {
      if (scenario === undefined || profile === undefined)
        return { run, directory, startedAtMs, state: 'damaged', reason: 'plan.json cannot be read' }
      const outcome = await readOutcome(directory)
      const known = { run, directory, scenario, profile, startedAtMs }
      return { ...known, ...(outcome ? outcomeOf(outcome) : { state: 'unfinished' }) }
    }),
  )
}

function outcomeOf({
  state,
  reasons,
  startedAt,
  requests,
  latencyMs,
}: Outcome): Pick<LocalRun, 'state' | 'startedAtMs' | 'reason' | 'requests' | 'failedRequests' | 'p95Ms'> {
  return {
    startedAtMs: startedAt,
    state,
    ...(state !== 'pass' && reasons[0] !== undefined && { reason: reasons[0] }),
    requests: requests.count,
    failedRequests: requests.failed,
    ...(latencyMs && { p95Ms: latencyMs.p95 }),
  }
}

async function readOutcome(directory: string): Promise<Outcome | undefined> {
  try {
    return outcomeSchema.safeParse(
      JSON.parse(await readFile(join(directory, 'metrics-summary.json'), 'utf8')),
    ).data
  } catch {
    return undefined
  }
}
