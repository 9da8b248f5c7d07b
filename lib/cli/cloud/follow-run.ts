import { consoleReport } from '../../../aggregator/report/text/console.ts'
import { systemClock } from '../../adapters/clock/system.ts'
import { EXIT, VolleyError } from '../../core/base/errors.ts'
import { summarySchema } from '../../core/results/summary.ts'
import { exitCodeOf } from '../../core/results/verdict.ts'
import type { RunView } from '../../core/run/run-view.ts'
import type { Progress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Deployment } from './deployment.ts'

const LOOK_EVERY_MS = 2_000
/** A run goes on without its watcher: so long may the deployment be out of reach. */
const PATIENCE_MS = 120_000

/** Shows a run as it goes on, and returns it when it is over. */
export async function followRun(run: string, deployment: Deployment, progress: Progress): Promise<RunView> {
  let seenAtMs = systemClock.now()
  for (;;) {
    const view = await deployment.show(run).catch((error) => {
      const late = systemClock.now() - seenAtMs
      if (error instanceof VolleyError && error.code === 'API_UNREACHABLE' && late < PATIENCE_MS)
        return undefined
      throw error
    })
    if (view) {
      seenAtMs = systemClock.now()
      if (view.phase === 'ended' || view.phase === 'failed') return view
      if (view.live) progress.show({ ...view.live, stopping: view.phase === 'stopping' })
    }
    await systemClock.sleepUntil(systemClock.now() + LOOK_EVERY_MS)
  }
}

/** Tells how a run ended, and returns the exit code. Throws `RUN_FAILED` for one without a verdict. */
export async function tellEnd(
  { run, verdict, stop, cause }: RunView,
  deployment: Deployment,
  flags: { json?: boolean },
  terminal: Terminal,
): Promise<number> {
  if (!verdict)
    throw new VolleyError('RUN_FAILED', `${run} ended without a verdict: ${cause ?? 'nobody knows why'}`)
  if (flags.json) terminal.out(JSON.stringify(verdict, null, 2))
  else {
    const summary = summarySchema.parse(JSON.parse(await deployment.report(run, 'summary.json')))
    terminal.out(consoleReport(verdict, summary, { ...terminal, files: [] }))
  }
  return stop?.by === 'budget' ? EXIT.overBudget : exitCodeOf(verdict.state)
}
