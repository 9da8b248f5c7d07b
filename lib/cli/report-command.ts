import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { foldSnapshots } from '../../aggregator/merge/fold-snapshots.ts'
import { Merge } from '../../aggregator/merge/merge.ts'
import { REPORTS } from '../../aggregator/report/report.ts'
import { consoleReport } from '../../aggregator/report/text/console.ts'
import { writeReports } from '../../aggregator/report/write-reports.ts'
import { FileSystemStore } from '../adapters/snapshot-store/file-system.ts'
import { thresholdsOf } from '../core/plan/make-plan.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Observed } from '../core/results/observed.ts'
import { exitCodeOf } from '../core/results/verdict.ts'
import { notStarted } from '../core/scenario/experiment.ts'
import { judgeRun } from '../run/phases.ts'
import { loadScenario } from '../scenario/scenario-file.ts'
import { cloudReportCommand } from './cloud/cloud-report-command.ts'
import type { DeploymentFlags } from './cloud/deployment.ts'
import { histogramOutputOf, isHistogramFormat, writeHistograms } from './histogram-output.ts'
import { type OpenedRun, openRun } from './open-run.ts'
import { FORMATS, type ReportFlags } from './report-formats.ts'
import type { Terminal } from './terminal/terminal.ts'

/**
 * `volley report`: merges and judges the snapshots of a run on this machine again, and writes its reports again.
 * What is no directory here is a run of the deployment, if one is named. Returns the exit code.
 */
export async function reportCommand(
  runOrDirectory: string,
  flags: ReportFlags & DeploymentFlags,
  terminal: Terminal,
): Promise<number> {
  const directory = resolve(runOrDirectory)
  if (flags.endpoint !== undefined && !existsSync(directory))
    return cloudReportCommand(runOrDirectory, flags, terminal)
  const opened = await openRun(directory)
  const plan = flags.scenario === undefined ? opened.plan : await judgedBy(opened.plan, flags.scenario)
  const histograms = histogramOutputOf(flags, plan)
  const store = new FileSystemStore(directory, `runs/${plan.run}/`)
  const merge = new Merge(plan, opened.startAtMs)
  await foldSnapshots(merge, store)
  const observed = opened.observed ?? seenBySnapshots(opened, merge)
  const judged = await judgeRun(merge, observed, store)
  const files = await writeReports(store, judged)
  if (histograms) await writeHistograms(histograms, merge, store, terminal)
  else if (flags.format && !isHistogramFormat(flags.format))
    terminal.out(REPORTS[FORMATS[flags.format]](judged.verdict, judged.summary))
  else
    terminal.out(
      consoleReport(judged.verdict, judged.summary, {
        ...terminal,
        files: files.map((file) => resolve(directory, file)),
      }),
    )
  return exitCodeOf(judged.verdict.state)
}

/** What can be said of a run whose end was not seen. */
function seenBySnapshots({ plan, startAtMs, cutShort }: OpenedRun, { observedMs }: Merge): Observed {
  const experiments = notStarted(plan.experiments, 'only a deployment in AWS starts experiments')
  return {
    startAtMs,
    endedAtMs: startAtMs + observedMs,
    ends: [],
    server: [],
    experiments,
    remarks: [],
    cutShort,
  }
}

/** The plan with the thresholds its scenario has now. */
async function judgedBy(plan: Plan, scenarioName: string): Promise<Plan> {
  const { scenario } = await loadScenario(scenarioName)
  return { ...plan, thresholds: thresholdsOf(scenario, plan.profile) }
}
