import type { ReportFile } from '../../lib/core/report-file.ts'
import type { Summary } from '../../lib/core/summary.ts'
import type { Verdict } from '../../lib/core/verdict.ts'
import { csvReport } from './csv.ts'
import { loadAssets } from './html/assets.ts'
import { htmlReport } from './html.ts'
import { jsonReport } from './json.ts'
import { junitReport } from './junit.ts'
import { markdownReport } from './markdown.ts'

type Render = (verdict: Verdict, summary: Summary) => string

/** The reports of a run by the names of their files. The verdict is written last: where it is, the others are. */
export const REPORTS = {
  'summary.json': (_verdict, summary) => JSON.stringify(summary, null, 2),
  'report.html': (verdict, summary) => htmlReport(verdict, summary, loadAssets()),
  'summary.md': markdownReport,
  'metrics-summary.json': jsonReport,
  'timeseries.csv': csvReport,
  'junit.xml': junitReport,
  'verdict.json': (verdict) => JSON.stringify(verdict, null, 2),
} as const satisfies Record<ReportFile, Render>
