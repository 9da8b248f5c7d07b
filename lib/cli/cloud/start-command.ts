import { EXIT } from '../../core/base/errors.ts'
import { formatUsd } from '../../core/base/money.ts'
import { runNameOf } from '../../core/plan/run-name.ts'
import type { Started } from '../../core/run/run-view.ts'
import { shortName } from '../../core/run/scenario-bundle.ts'
import { type LoadFlags, requestOf } from '../load-flags.ts'
import { onInterrupt } from '../terminal/interrupt.ts'
import { type Progress, progressOf } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type Deployment, openDeployment } from './deployment.ts'
import { followRun, tellEnd } from './follow-run.ts'
import { cloudRequestOf } from './scenario-in-cloud.ts'
import type { WatchFlags } from './watch-command.ts'

/** A run that somebody waits for does not go on without him for longer than this; as long as he tries to reach it. */
const WAITING_LEASE = '2m'

export interface StartFlags extends LoadFlags, WatchFlags {
  budget?: string
  run?: string
  wait?: boolean
}

/** `volley start`: starts a run in the cloud, of a deployed scenario or of a file. With `--wait` it returns the verdict's exit code. */
export async function startCommand(scenario: string, flags: StartFlags, terminal: Terminal): Promise<number> {
  const deployment = openDeployment(flags)
  const note = flags.quiet ? () => undefined : terminal.err
  const { request, title } = await cloudRequestOf(scenario, requestOf(flags), deployment, note)
  const letters = crypto.randomUUID()
  const run = flags.run ?? runNameOf(shortName(title), flags.profile, new Date(), letters)
  if (flags.wait) return startAndWait(run, { ...request, lease: WAITING_LEASE }, deployment, flags, terminal)
  const started = await deployment.start(run, request)
  if (flags.json) terminal.out(JSON.stringify(started, null, 2))
  else {
    terminal.out(run)
    if (!flags.quiet) terminal.err(`${describe(started)}; volley watch ${run} follows it`)
  }
  return EXIT.ok
}

/** The run belongs to the one who waits for it: Ctrl-C stops it, and a second one leaves. */
async function startAndWait(
  run: string,
  request: object,
  deployment: Deployment,
  flags: StartFlags,
  terminal: Terminal,
): Promise<number> {
  const progress = progressOf(flags, terminal)
  let started: Started | undefined
  const interrupt = onInterrupt(
    async (by) => {
      progress.note(`${by}: stopping the generators; Ctrl-C again leaves at once`)
      if (started) await stop(run, deployment, progress)
    },
    () => {
      progress.close()
      terminal.err(
        `left ${run} as it is: it ends within ${WAITING_LEASE} unless volley watch ${run} keeps it going`,
      )
      terminal.leave(EXIT.stopped)
    },
  )
  started = await deployment.start(run, request)
  if (interrupt.happened()) await stop(run, deployment, progress)
  progress.note(describe(started))
  const view = await followRun(run, deployment, progress).finally(progress.close)
  const code = await tellEnd(view, deployment, flags, terminal)
  return interrupt.happened() ? EXIT.stopped : code
}

async function stop(run: string, deployment: Deployment, progress: Progress): Promise<void> {
  const { phase } = await deployment.stop(run)
  progress.note(phase === 'ended' ? `${run} has ended already` : `${run} is stopping`)
}

function describe({ run, quote }: Started): string {
  return `run ${run}: quoted at ${formatUsd(quote.totalUsd)}`
}
