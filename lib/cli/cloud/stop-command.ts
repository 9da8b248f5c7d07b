import { EXIT } from '../../core/base/errors.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type DeploymentFlags, openDeployment } from './deployment.ts'

/** `volley stop`: ends the load of a run in the cloud; what it measured is still judged. */
export async function stopCommand(run: string, flags: DeploymentFlags, terminal: Terminal): Promise<number> {
  const { phase } = await openDeployment(flags).stop(run)
  terminal.out(phase === 'ended' ? `${run} has ended already` : `${run} is stopping`)
  return EXIT.ok
}
