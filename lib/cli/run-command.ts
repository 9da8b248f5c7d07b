import { readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { REPORTS } from '../../aggregator/report/report.ts'
import { consoleReport } from '../../aggregator/report/text/console.ts'
import { systemClock } from '../adapters/clock/system.ts'
import { LocalProcessLauncher } from '../adapters/launcher/local-process.ts'
import { openSources } from '../adapters/metrics-source/open.ts'
import { FileSystemStore } from '../adapters/snapshot-store/file-system.ts'
import { EXIT, VolleyError } from '../core/base/errors.ts'
import { parseLoadRequest } from '../core/plan/make-plan.ts'
import type { Plan } from '../core/plan/plan.ts'
import { usersAtStart } from '../core/plan/start-ahead.ts'
import { REQUEST_LOG_HEADER } from '../core/results/request-log.ts'
import { exitCodeOf } from '../core/results/verdict.ts'
import { secretsOfRun } from '../core/scenario/known-secrets.ts'
import { maskerOf, maskUrl } from '../core/secrets/mask.ts'
import { allMistakes } from '../planning/all-mistakes.ts'
import { type ChosenTarget, chooseTarget, reachTarget } from '../planning/choose-target.ts'
import { refuseBeyondMachine } from '../planning/this-machine.ts'
import { occasionOf } from '../run/occasion.ts'
import { run } from '../run/run.ts'
import { requestStop } from '../run/store/stop.ts'
import { loadData } from '../scenario/data-file.ts'
import { type LoadedScenario, loadScenario } from '../scenario/scenario-file.ts'
import { spawnModelTarget } from '../target/spawn.ts'
import { type LoadFlags, requestOf } from './load-flags.ts'
import { planFor, runId } from './plan-for.ts'
import { onInterrupt } from './terminal/interrupt.ts'
import { progressOf } from './terminal/progress.ts'
import { ShownLines } from './terminal/shown-lines.ts'
import type { Terminal } from './terminal/terminal.ts'

interface RunFlags extends LoadFlags {
  condition?: string
  out?: string
  json?: boolean
  quiet?: boolean
  verbose?: boolean
}

/** `volley run`: plans, makes the load on this machine, judges it, and says so. Returns the exit code. */
export async function runCommand(name: string, flags: RunFlags, terminal: Terminal): Promise<number> {
  const [loaded, request] = await allMistakes(
    () => loadScenario(name),
    () => parseLoadRequest(requestOf(flags)),
  )
  const id = runId(loaded, request)
  const directory = resolve(flags.out ?? join('runs', id))
  const [target, draft] = await allMistakes(
    () => chooseTarget(loaded, request),
    () => planFor(loaded, request, id, 'http://127.0.0.1'),
    () => refuseUsedDirectory(directory),
  )
  await refuseBeyondMachine(draft, loaded, target.url)
  await loadData(loaded, draft.peakUsers)
  if (draft.logRequests !== undefined) await beginRequestLog(draft.logRequests)
  const opened = await openTarget(target, draft.seed, flags)
  try {
    await reachTarget(opened.url, draft.target)
    const plan: Plan = { ...draft, target: { ...draft.target, url: opened.url } }
    return await runPlan(plan, loaded, directory, flags, terminal)
  } finally {
    await opened.close()
  }
}

async function runPlan(
  plan: Plan,
  loaded: LoadedScenario,
  directory: string,
  flags: RunFlags,
  terminal: Terminal,
): Promise<number> {
  const store = new FileSystemStore(directory, `runs/${plan.run}/`)
  const progress = progressOf(flags, terminal)
  const interrupt = onInterrupt(
    (by) => {
      progress.note(`${by}: stopping the generators; Ctrl-C again leaves at once`)
      return requestStop(store, plan.run, { by: 'user', reason: `stopped by ${by}` })
    },
    () => terminal.leave(EXIT.stopped),
  )
  progress.note(
    `run ${plan.run}: ${plan.profile} at ${maskUrl(plan.target.url)}, ${plan.slices} generators, seed ${plan.seed}`,
  )
  if (plan.experiments.length > 0)
    progress.note(
      'no experiment is started on this machine, so that the verdict will be inconclusive; volley start makes the whole run',
    )
  const launcher = new LocalProcessLauncher(directory, systemClock)
  const lines = new ShownLines(
    terminal,
    () => performance.now(),
    maskerOf(secretsOfRun(loaded.scenario, plan.target.url)),
  )
  const atStart = usersAtStart(plan).toLocaleString('en-US')
  launcher.onConnecting = (users) =>
    progress.note(`connecting ${users.toLocaleString('en-US')} of ${atStart} users`)
  launcher.printed = {
    onLine: ({ slice }, { text, place }) =>
      lines.show(text, [`generator ${slice}`, ...(place === undefined ? [] : [place])]),
    onLeftOut: ({ slice }, count) => lines.showLeftOut(count, [`generator ${slice}`]),
  }
  const { summary, verdict } = await run(plan, {
    store,
    launcher,
    sources: openSources(plan, systemClock),
    occasion: occasionOf(plan, loaded, store, systemClock),
    clock: systemClock,
    onProgress: progress.show,
    onEvent: flags.verbose ? progress.note : () => undefined,
    onTrouble: progress.note,
  })
  lines.flush()
  progress.close()
  const files = Object.keys(REPORTS).map((file) => join(directory, file))
  terminal.out(
    flags.json ? JSON.stringify(verdict, null, 2) : consoleReport(verdict, summary, { ...terminal, files }),
  )
  return interrupt.happened() ? EXIT.stopped : exitCodeOf(verdict.state)
}

async function refuseUsedDirectory(directory: string): Promise<void> {
  const files = await readdir(directory).catch(() => [])
  if (files.length === 0) return
  throw new VolleyError('INPUT_INVALID', 'the run has nowhere to write', [
    {
      field: '--out',
      value: directory,
      limit: 'a directory that is empty or does not exist',
      next: 'name another one',
    },
  ])
}

async function beginRequestLog(file: string): Promise<void> {
  await writeFile(file, REQUEST_LOG_HEADER).catch((error: Error) => {
    throw new VolleyError('STORE_UNWRITABLE', `the request log cannot be written: ${error.message}`, [
      {
        field: '--log-requests',
        value: file,
        limit: 'a file in a directory that can be written',
        next: 'name another',
      },
    ])
  })
}

async function openTarget(
  target: ChosenTarget,
  seed: number,
  { condition }: RunFlags,
): Promise<{ url: string; close(): Promise<void> }> {
  if (target.url === undefined)
    return spawnModelTarget(target.model, { port: 0, condition: condition ?? 'healthy', seed })
  if (condition === undefined) return { url: target.url, close: async () => undefined }
  throw new VolleyError('INPUT_INVALID', 'the condition would have no effect', [
    {
      field: '--condition',
      value: condition,
      limit: 'runs against a model target',
      next: 'leave it out, or leave --target out',
    },
  ])
}
