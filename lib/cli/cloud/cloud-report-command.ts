import { consoleReport } from '../../../aggregator/report/text/console.ts'
import { VolleyError } from '../../core/base/errors.ts'
import { summarySchema } from '../../core/results/summary.ts'
import { exitCodeOf, verdictSchema } from '../../core/results/verdict.ts'
import { isHistogramFormat } from '../histogram-output.ts'
import { FORMATS, type ReportFlags } from '../report-formats.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type DeploymentFlags, openDeployment } from './deployment.ts'

/** `volley report` of a run in the cloud: prints what its aggregator wrote. Returns the verdict's exit code. */
export async function cloudReportCommand(
  run: string,
  flags: ReportFlags & DeploymentFlags,
  terminal: Terminal,
): Promise<number> {
  if (flags.scenario !== undefined) throw judgedAlready(flags.scenario)
  if (isHistogramFormat(flags.format)) throw notHere('--format', flags.format)
  if (flags.metric !== undefined) throw notHere('--metric', flags.metric)
  const deployment = openDeployment(flags)
  const verdict = verdictSchema.parse(JSON.parse(await deployment.report(run, 'verdict.json')))
  if (flags.format) terminal.out(await deployment.report(run, FORMATS[flags.format]))
  else {
    const summary = summarySchema.parse(JSON.parse(await deployment.report(run, 'summary.json')))
    terminal.out(consoleReport(verdict, summary, { ...terminal, files: [] }))
  }
  return exitCodeOf(verdict.state)
}

function notHere(field: string, value: string): VolleyError {
  return new VolleyError('INPUT_INVALID', 'histograms are written from snapshots, which stay in the cloud', [
    {
      field,
      value,
      limit: 'with the directory of a run of this machine',
      next: 'leave it out',
    },
  ])
}

function judgedAlready(scenario: string): VolleyError {
  return new VolleyError('INPUT_INVALID', 'a run in the cloud is judged where its snapshots are', [
    {
      field: '--scenario',
      value: scenario,
      limit: 'with the directory of a run of this machine',
      next: 'leave it out',
    },
  ])
}
