import { VolleyError } from '../../lib/core/base/errors.ts'
import { didYouMean } from '../../lib/core/base/nearest.ts'
import { REPORT_TYPES, type ReportFile, reportKey } from '../../lib/core/results/report-file.ts'
import { findRun } from './find-run.ts'
import { type ApiRequest, type ApiResponse, invalid } from './http.ts'
import type { ApiPorts } from './ports.ts'

/** `GET /runs/{id}/report?file=report.html`: a report of a run that has ended, as its aggregator wrote it. */
export async function reportRun(run: string, http: ApiRequest, ports: ApiPorts): Promise<ApiResponse> {
  const file = fileOf(http)
  await findRun(ports, run)
  const body = await ports.store.get(reportKey(run, file))
  if (body) return { status: 200, contentType: REPORT_TYPES[file], body: new TextDecoder().decode(body) }
  throw new VolleyError('RUN_NOT_ENDED', `${run} has no ${file} yet`, [
    { field: 'run', value: run, limit: 'a run that has its verdict', next: `wait: volley watch ${run}` },
  ])
}

function fileOf({ query: { file = 'summary.md' } }: ApiRequest): ReportFile {
  if (file in REPORT_TYPES) return file as ReportFile
  const files = Object.keys(REPORT_TYPES)
  throw invalid('there is no such report', {
    field: 'file',
    value: file,
    limit: `one of ${files.join(', ')}`,
    next: didYouMean(file, files),
  })
}
