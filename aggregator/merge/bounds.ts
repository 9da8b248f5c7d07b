import { TREND_SCALE } from '../../lib/core/metrics/metric.ts'
import { type Aggregation, type Expression, holds } from '../../lib/core/metrics/threshold.ts'
import { aggregate, inUnit, perSecond, type Tally } from './tally.ts'

/** What a value is at least and at most, in the metric's unit. */
export interface Bounds {
  least: number
  most: number
}

/** Digits of a product that its rounding leaves alone. */
const ROUNDED = 12
const ANYTHING: Bounds = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }

/**
 * What an aggregation of a tally comes to if any of the samples of another, `rest`, belong to it, or none. `onlyGrows`:
 * nothing that is added makes a counter less.
 */
export function boundsOf(
  tally: Tally | undefined,
  rest: Tally,
  aggregation: Aggregation,
  durationMs: number,
  onlyGrows: boolean,
): Bounds {
  if (tally === undefined || aggregate(tally, aggregation, durationMs) === undefined) return ANYTHING
  if (tally.kind === 'counter' && rest.kind === 'counter') {
    if (!onlyGrows) return ANYTHING
    const [least, most] = [tally.sum.value, tally.sum.value + rest.sum.value]
    if (aggregation.name !== 'rate') return { least, most }
    return { least: perSecond(least, durationMs), most: perSecond(most, durationMs) }
  }
  if (tally.kind === 'rate' && rest.kind === 'rate') {
    const { trues, total } = tally
    return {
      least: trues / (total + rest.total - rest.trues),
      most: (trues + rest.trues) / (total + rest.trues),
    }
  }
  if (tally.kind === 'gauge' && rest.kind === 'gauge') return gaugeBounds(tally, rest, aggregation)
  if (tally.kind === 'trend' && rest.kind === 'trend') return trendBounds(tally, rest, aggregation)
  return ANYTHING
}

type OfKind<Kind extends Tally['kind']> = Extract<Tally, { kind: Kind }>

function gaugeBounds(tally: OfKind<'gauge'>, rest: OfKind<'gauge'>, { name }: Aggregation): Bounds {
  if (name === 'min') return { least: Math.min(tally.min, rest.min), most: tally.min }
  if (name === 'max') return { least: tally.max, most: Math.max(tally.max, rest.max) }
  return { least: Math.min(tally.last, rest.min), most: Math.max(tally.last, rest.max) }
}

function trendBounds(
  { histogram: own }: OfKind<'trend'>,
  { histogram: rest }: OfKind<'trend'>,
  { name, percentile = 50 }: Aggregation,
): Bounds {
  const count = own.count + rest.count
  const lowest = Math.min(own.min, rest.min) / TREND_SCALE
  const highest = Math.max(own.max, rest.max) / TREND_SCALE
  switch (name) {
    case 'count':
      return { least: own.count, most: count }
    case 'min':
      return { least: lowest, most: own.min / TREND_SCALE }
    case 'max':
      return { least: own.max / TREND_SCALE, most: highest }
    case 'avg': {
      const mean = own.mean / TREND_SCALE
      const withAll = (each: number): number => (own.sum + each * rest.count) / count / TREND_SCALE
      return { least: Math.min(mean, withAll(rest.min)), most: Math.max(mean, withAll(rest.max)) }
    }
    default: {
      // The rank of the percentile among all, if all of the rest are below the own samples, and if all are above.
      const rank = Math.ceil(Number(((percentile / 100) * count).toPrecision(ROUNDED)))
      const ranked = (among: number): number => inUnit(own, among / own.count)
      return {
        least: rank > rest.count ? ranked(rank - rest.count) : lowest,
        most: rank <= own.count ? ranked(Math.max(1, rank)) : highest,
      }
    }
  }
}

/** Whether an expression is broken wherever the value lies between its bounds. */
export function isSurelyBroken(expression: Expression, { least, most }: Bounds): boolean {
  switch (expression.operator) {
    case '<':
    case '<=':
      return !holds(expression, least)
    case '>':
    case '>=':
      return !holds(expression, most)
    case '==':
      return expression.bound < least || expression.bound > most
    case '!=':
      return least === most && expression.bound === least
  }
}
