import { z } from 'zod'
import { formatFigure } from '../../../aggregator/report/model/figure.ts'
import { EXIT, VolleyError } from '../../core/base/errors.ts'
import { formatUsd } from '../../core/base/money.ts'
import { printable } from '../../core/base/printable.ts'
import type { RunList } from '../../core/run/run-view.ts'
import { type LocalRun, localRuns } from '../local-runs.ts'
import { alignColumns } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type DeploymentFlags, openDeployment } from './deployment.ts'

interface RunsFlags extends DeploymentFlags {
  limit?: string
  dir?: string
  json?: boolean
}

/** Where `volley run` writes unless it is told where. */
const RUNS_FOLDER = 'runs'
const limitSchema = z.coerce.number().int().min(1).max(1_000).default(20)

/** `volley runs`: the latest runs of a deployment if one is named, else of this machine, the newest first. */
export async function runsCommand(flags: RunsFlags, terminal: Terminal): Promise<number> {
  return flags.endpoint === undefined || flags.dir !== undefined
    ? listLocal(flags, terminal)
    : listDeployed(flags, terminal)
}

async function listLocal({ dir = RUNS_FOLDER, limit, json }: RunsFlags, terminal: Terminal): Promise<number> {
  const runs = await localRuns(dir, parseLimit(limit))
  if (json) terminal.out(JSON.stringify(runs, null, 2))
  else if (runs.length === 0)
    terminal.err(
      `no run in ${dir}/ yet: volley run makes one; --dir names another place, --endpoint a deployment`,
    )
  else {
    const header = ['run', 'started', 'scenario', 'profile', 'requests', 'p95', 'state']
    terminal.out(alignColumns([header, ...runs.map(localCells)]).join('\n'))
  }
  return EXIT.ok
}

async function listDeployed(flags: RunsFlags, terminal: Terminal): Promise<number> {
  const { runs } = await openDeployment(flags).list(flags.limit)
  if (flags.json) terminal.out(JSON.stringify(runs, null, 2))
  else if (runs.length === 0) terminal.err('no run yet: volley start starts one')
  else
    terminal.out(
      alignColumns([['run', 'requested', 'profile', 'quoted', 'state'], ...runs.map(cellsOf)]).join('\n'),
    )
  return EXIT.ok
}

function parseLimit(limit: string | undefined): number {
  const parsed = limitSchema.safeParse(limit)
  if (parsed.success) return parsed.data
  throw new VolleyError('INPUT_INVALID', 'the runs cannot be listed', [
    { field: '--limit', value: limit ?? '', limit: 'a whole number from 1 to 1,000', next: 'change it' },
  ])
}

function localCells({
  run,
  startedAtMs,
  scenario = '–',
  profile = '–',
  requests,
  p95Ms,
  state,
  reason,
}: LocalRun): string[] {
  return [
    run,
    timeOf(startedAtMs),
    scenario,
    profile,
    requests === undefined ? '–' : String(requests),
    p95Ms === undefined ? '–' : formatFigure(p95Ms, 'ms'),
    stateWith(state, reason),
  ]
}

function cellsOf({
  run,
  requestedAtMs,
  profile,
  quotedUsd,
  phase,
  state,
  cause,
  reasons,
}: RunList['runs'][number]): string[] {
  const why = cause ?? (state === 'pass' ? undefined : reasons?.[0])
  return [run, timeOf(requestedAtMs), profile, formatUsd(quotedUsd), stateWith(state ?? phase, why)]
}

function timeOf(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')}Z`
}

function stateWith(state: string, why: string | undefined): string {
  return why === undefined ? state : `${state}: ${printable(why.split('\n')[0] ?? '')}`
}
