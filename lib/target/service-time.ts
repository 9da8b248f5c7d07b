import type { Random } from '../core/base/random.ts'

/** How service times spread around their median. */
export interface ServiceTimeShape {
  /** Standard deviation of the logarithm of the body. */
  sigma: number
  /** Part of the requests that falls into the tail. */
  tailShare: number
  /** Pareto index of the tail: the smaller, the heavier. */
  tailIndex: number
  /** Longest service time, in medians. */
  longest: number
}

/** A web service at ease: p95 1.6 medians, p99 2 medians, one request in a thousand past 5. */
const TYPICAL_SHAPE: ServiceTimeShape = { sigma: 0.28, tailShare: 0.01, tailIndex: 2.2, longest: 8 }

const Z_99 = 2.3263

/** Standard normal variate (Box and Muller, 1958). */
export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** A variate with the given median whose logarithm is normal. */
export function drawLognormal(random: Random, median: number, sigma: number): number {
  return median * Math.exp(sigma * drawNormal(random))
}

/** A service time: a lognormal body, and a Pareto tail that starts at the body's 99th percentile. */
export function drawServiceMs(
  random: Random,
  medianMs: number,
  shape: ServiceTimeShape = TYPICAL_SHAPE,
): number {
  const longestMs = medianMs * shape.longest
  if (random.next() >= shape.tailShare)
    return Math.min(longestMs, drawLognormal(random, medianMs, shape.sigma))
  const tailStartMs = medianMs * Math.exp(shape.sigma * Z_99)
  return Math.min(longestMs, tailStartMs * (1 - random.next()) ** (-1 / shape.tailIndex))
}
