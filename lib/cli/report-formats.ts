import type { REPORTS } from '../../aggregator/report/report.ts'
/** What `--format` prints, by the file that holds the same. */
export const FORMATS = {
  html: 'report.html',
  markdown: 'summary.md',
  json: 'verdict.json',
  csv: 'timeseries.csv',
  junit: 'junit.xml',
} as const satisfies Record<string, keyof typeof REPORTS>

export interface ReportFlags {
  format?: keyof typeof FORMATS
  scenario?: string
}
