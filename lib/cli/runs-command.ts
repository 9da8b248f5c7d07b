import { EXIT } from '../core/errors.ts'
import { formatUsd } from '../core/money.ts'
import { printable } from '../core/printable.ts'
import type { RunList } from '../core/run-view.ts'
import { type DeploymentFlags, openDeployment } from './deployment.ts'
import { alignColumns } from './table.ts'
import type { Terminal } from './terminal.ts'

interface RunsFlags extends DeploymentFlags {
  limit?: string
  json?: boolean
}

/** `volley runs`: the latest runs of a deployment, the newest first. */
export async function runsCommand(flags: RunsFlags, terminal: Terminal): Promise<number> {
  const { runs } = await openDeployment(flags).list(flags.limit)
  if (flags.json) terminal.out(JSON.stringify(runs, null, 2))
  else if (runs.length === 0) terminal.err('no run yet: volley start starts one')
  else
    terminal.out(
      alignColumns([['run', 'requested', 'profile', 'quoted', 'state'], ...runs.map(cellsOf)]).join('\n'),
    )
  return EXIT.ok
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
  const how = state ?? phase
  return [
    run,
    `${new Date(requestedAtMs).toISOString().slice(0, 19).replace('T', ' ')}Z`,
    profile,
    formatUsd(quotedUsd),
    why === undefined ? how : `${how}: ${printable(why.split('\n')[0] ?? '')}`,
  ]
}
