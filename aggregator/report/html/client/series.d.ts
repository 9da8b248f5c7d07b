import type { Summary } from '../../../../lib/core/results/summary.ts'
import type { Chart } from '../charts/chart.ts'

export function timeColumns(
  chart: Pick<Chart, 'lines'>,
  summary: Pick<Summary, 'timeline' | 'server' | 'startedAt'>,
): [xs: number[], ...columns: (number | null)[][]]
