import type { Random } from './random.ts'

/** How long to wait between tries, longer after each one. */
export interface Backoff {
  /** Pause before the first try. */
  firstMs: number
  /** No pause is longer. */
  longestMs: number
  /** Share of a pause that chance takes away, 0 to 1: so that clients lost together don't come back together. */
  jitter: number
}

/** The pause before a try, numbered from 1: min(longest, first · 2^(try − 1)) · (1 − jitter · u), u drawn from [0, 1). */
export function backoffMs({ firstMs, longestMs, jitter }: Backoff, attempt: number, random: Random): number {
  return Math.min(longestMs, firstMs * 2 ** (attempt - 1)) * (1 - jitter * random.next())
}
