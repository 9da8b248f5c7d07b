import type { Summary } from '../../lib/core/results/summary.ts'

/** Samples of a rate or of a trend over all tags, or what a counter counted. */
export function samplesIn({ metrics }: Pick<Summary, 'metrics'>, metric: string): number {
  const values = metrics[metric]?.values
  return values?.kind === 'rate' ? values.total : totalOf({ metrics }, metric)
}

/** What a counter counted, how often a rate was true, or how many samples a trend has, over all tags. */
export function totalOf({ metrics }: Pick<Summary, 'metrics'>, metric: string): number {
  const values = metrics[metric]?.values
  switch (values?.kind) {
    case 'counter':
    case 'trend':
      return values.count
    case 'rate':
      return values.trues
    default:
      return 0
  }
}
