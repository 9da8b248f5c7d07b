import { highestOf, lowestOf, medianOf } from './bucket.ts'
import { invalid, type UsedBuckets } from './encoding.ts'

/** What an encoded histogram does not say exactly: its extremes and sum, and how many of its values were clamped. */
export interface ExactValues {
  min: number
  max: number
  sum: number
  /** 0 where it is left out. */
  clamped?: number
}

/** A sum of doubles rounds once it passes 2^53; it may stray this far, relatively, from what the extremes allow. */
const SUM_TOLERANCE = 1e-6

/** The nearest that the buckets tell of the values left out: lowest, highest and middle values of the buckets. */
export function estimateExact(used: UsedBuckets): ExactValues {
  const { first, last } = outermost(used)
  let sum = 0
  for (let index = 0; index < used.length; index++)
    sum += (used.counts[index] as number) * medianOf(used.buckets[index] as number)
  return { min: lowestOf(first), max: highestOf(last), sum }
}

/** Throws `SNAPSHOT_INVALID` where the values contradict the counts they were given with. */
export function checkExact(exact: ExactValues, used: UsedBuckets): void {
  const { first, last } = outermost(used)
  expectWithin('min', exact.min, lowestOf(first), highestOf(first))
  expectWithin('max', exact.max, lowestOf(last), highestOf(last))
  const [lowestSum, highestSum] = sumsOf(exact, used.total)
  expectWithin('sum', exact.sum, lowestSum, highestSum)
  expectWithin('clamped', exact.clamped ?? 0, 0, used.total)
}

/** Whether a sum and a number of clamped values can be those of so many values between these extremes. */
export function isPlausible(exact: ExactValues, total: number): boolean {
  const [lowestSum, highestSum] = sumsOf(exact, total)
  const { sum, clamped = 0 } = exact
  return sum >= lowestSum && sum <= highestSum && clamped >= 0 && clamped <= total
}

function sumsOf({ min, max }: ExactValues, total: number): [number, number] {
  return [min * total * (1 - SUM_TOLERANCE), max * total * (1 + SUM_TOLERANCE)]
}

function outermost({ buckets, length }: UsedBuckets): { first: number; last: number } {
  return { first: buckets[0] as number, last: buckets[length - 1] as number }
}

function expectWithin(field: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw invalid(field, `${value}`, `${low} to ${high}, as the counts say`)
}
