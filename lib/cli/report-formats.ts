import type { REPORTS } from '../../aggregator/report/report.ts'

/** What `--format` prints, by the file that holds the same. */
export const FORMATS = {
  html: 'report.html',
  markdown: 'summary.md',
  json: 'verdict.json',
  csv: 'timeseries.csv',
  junit: 'junit.xml',
} as const satisfies Record<string, keyof typeof REPORTS>

/** What it prints of the snapshots, for other tools of HdrHistogram. */
export const HISTOGRAM_FORMATS = ['hgrm', 'hlog'] as const
export type HistogramFormat = (typeof HISTOGRAM_FORMATS)[number]

export interface ReportFlags {
  format?: keyof typeof FORMATS | HistogramFormat
  /** The trend that a format of HdrHistogram is of. */
  metric?: string
  scenario?: string
}
