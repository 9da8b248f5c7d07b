import { EXIT } from '../../core/base/errors.ts'
import { onInterrupt } from '../terminal/interrupt.ts'
import { progressOf } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type DeploymentFlags, openDeployment } from './deployment.ts'
import { followRun, tellEnd } from './follow-run.ts'

export interface WatchFlags extends DeploymentFlags {
  json?: boolean
  quiet?: boolean
}

/** `volley watch`: follows a run to its end. Ctrl-C ends the watching alone. Returns the verdict's exit code. */
export async function watchCommand(run: string, flags: WatchFlags, terminal: Terminal): Promise<number> {
  const deployment = openDeployment(flags)
  const progress = progressOf(flags, terminal)
  const leave = (): void => terminal.leave(EXIT.stopped)
  onInterrupt(async () => {
    progress.close()
    terminal.err(`${run} goes on; volley stop ${run} ends it`)
    leave()
  }, leave)
  const view = await followRun(run, deployment, progress).finally(progress.close)
  return tellEnd(view, deployment, flags, terminal)
}
