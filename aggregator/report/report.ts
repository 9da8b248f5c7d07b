import type { ReportFile } from '../../lib/core/results/report-file.ts'
import type { Summary } from '../../lib/core/results/summary.ts'
import type { Verdict } from '../../lib/core/results/verdict.ts'
import { csvReport } from './data/csv.ts'
import { jsonReport } from './data/json.ts'
import { junitReport } from './data/junit.ts'
import { loadAssets } from './html/assets.ts'
import { htmlReport } from './html/html.ts'
import { markdownReport } from './text/markdown.ts'

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
