import { parseExpression } from '../../../lib/core/metrics/threshold.ts'
import type { Row } from '../../../lib/core/results/verdict.ts'
import { formatFigure, formatShare } from './figure.ts'

/**
 * A quantile says little where fewer samples than this lie beyond it: the p99 of 40 values is simply their maximum.
 * The same holds of a share and the rarer of its two outcomes. With five expected, one more or less moves the figure by
 * about a fifth, which is where the usual approximations of a binomial's spread begin to hold.
 */
const MIN_BEYOND = 5
/** A share that nothing is held against has to tell apart what most limits do. */
const USUAL_SHARE = 0.05

/** `n=40` where a quantile (0 to 1) of so many samples says little, else nothing. Extremes are exact however few there are. */
function smallSample(samples: number | undefined, quantile: number): string {
  const beyond = Math.min(quantile, 1 - quantile)
  if (samples === undefined || samples === 0 || beyond <= 0) return ''
  // 1 - 0.95 is a little more than 0.05.
  return Number((samples * beyond).toPrecision(12)) < MIN_BEYOND ? `n=${samples}` : ''
}

/** The same for a share of so many. */
function smallShare(samples: number | undefined): string {
  return smallSample(samples, USUAL_SHARE)
}

/** A quantile's value, with the number of its samples where they are few: `767 ms (n=40)`. */
export function formatQuantile(
  value: number,
  unit: string,
  samples: number | undefined,
  quantile: number,
): string {
  return withSample(formatFigure(value, unit), smallSample(samples, quantile))
}

/** A share of all, with how many all are where they are few: `2.5 % (n=40)`. */
export function formatShareOf(part: number, whole: number): string {
  return withSample(formatShare(part, whole), smallShare(whole))
}

/** A row's value, with the number of its samples where they are few for what it promises. */
export function withSampleOf(figure: string, row: Row): string {
  return withSample(figure, smallSampleOf(row))
}

function smallSampleOf({ aggregation, limit, target, samples, worstSamples = samples }: Row): string {
  const expression = parseExpression(limit ?? target ?? '')
  const { name = undefined, percentile = 50 } = expression?.aggregation ?? {}
  if (name === 'p' || name === 'med') return smallSample(worstSamples, percentile / 100)
  if (aggregation !== 'rate' || expression === undefined) return ''
  const { bound } = expression
  return bound > 0 && bound < 1 ? smallSample(worstSamples, bound) : smallShare(worstSamples)
}

function withSample(figure: string, sample: string): string {
  return sample === '' ? figure : `${figure} (${sample})`
}
