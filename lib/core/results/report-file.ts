/** The files of a judged run, and what each is. */
export const REPORT_TYPES = {
  'summary.json': 'application/json',
  'report.html': 'text/html; charset=utf-8',
  'summary.md': 'text/markdown; charset=utf-8',
  'metrics-summary.json': 'application/json',
  'timeseries.csv': 'text/csv; charset=utf-8',
  'junit.xml': 'application/xml',
  'verdict.json': 'application/json',
} as const
export type ReportFile = keyof typeof REPORT_TYPES

export const reportKey = (run: string, file: ReportFile): string => `runs/${run}/${file}`
