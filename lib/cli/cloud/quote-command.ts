import { formatDuration } from '../../core/base/duration.ts'
import { EXIT } from '../../core/base/errors.ts'
import { type LoadFlags, requestOf } from '../load-flags.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type DeploymentFlags, openDeployment } from './deployment.ts'
import { quoteLines } from './quote-lines.ts'
import { cloudRequestOf } from './scenario-in-cloud.ts'

interface QuoteFlags extends LoadFlags, DeploymentFlags {
  json?: boolean
}

/** `volley quote`: what a run in the cloud would cost, line by line. Nothing is started. */
export async function quoteCommand(scenario: string, flags: QuoteFlags, terminal: Terminal): Promise<number> {
  const deployment = openDeployment(flags)
  const { request } = await cloudRequestOf(scenario, requestOf(flags), deployment, terminal.err)
  const quoted = await deployment.quote(request)
  if (flags.json) terminal.out(JSON.stringify(quoted, null, 2))
  else {
    const { profile, target, durationMs, peakUsers, generators, quote } = quoted
    const shape = `${formatDuration(durationMs)}, at most ${peakUsers} users, ${generators} generators`
    terminal.out(
      [`${quoted.scenario}, profile ${profile}, at ${target}: ${shape}`, '', ...quoteLines(quote)].join('\n'),
    )
  }
  return EXIT.ok
}
