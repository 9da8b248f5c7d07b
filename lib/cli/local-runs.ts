import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
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

/** All that a list tells of these files: what another version wrote beside it hides nothing. */
const planSchema = z.object({
  run: z.string(),
  profile: z.string(),
  scenario: z.object({ name: z.string() }),
})
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
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(({ name }) => lookAt(join(folder, name), name)),
  )
  const runs = found.flatMap((run) => run ?? [])
  runs.sort((a, b) => b.startedAtMs - a.startedAtMs || (a.run < b.run ? -1 : 1))
  return runs.slice(0, limit)
}

/** `undefined` for a directory that is not a run's. */
async function lookAt(directory: string, name: string): Promise<LocalRun | undefined> {
  const written = await stat(join(directory, 'plan.json')).catch(() => undefined)
  if (!written) return undefined
  const plan = await readFields(directory, 'plan.json', planSchema)
  const startedAtMs = written.mtimeMs
  if (!plan)
    return { run: name, directory, startedAtMs, state: 'damaged', reason: 'plan.json cannot be read' }
  const outcome = await readFields(directory, 'metrics-summary.json', outcomeSchema)
  return {
    run: plan.run,
    directory,
    scenario: plan.scenario.name,
    profile: plan.profile,
    ...(outcome ? outcomeOf(outcome) : { startedAtMs, state: 'unfinished' }),
  }
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

async function readFields<T>(directory: string, file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(join(directory, file), 'utf8'))).data
  } catch {
    return undefined
  }
}
