/** What a tool says of a run; what it does not tell is left out. Times in milliseconds. */
export interface Told {
  tool: string
  requests: number
  failed: number
  /** Requests without an answer, by the tool's own classes. */
  classes?: string
  serviceMs: Quantiles
  responseMs?: Quantiles
  dropped?: number
  sentBytes?: number
  receivedBytes?: number
}

export type Quantiles = Record<(typeof QUANTILES)[number][0], number>

export const QUANTILES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
] as const

/** Exact quantiles of values in order: the lowest value that a share of all is at or below. */
export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return Object.fromEntries(QUANTILES.map(([name, share]) => [name, at(share)])) as Quantiles
}
