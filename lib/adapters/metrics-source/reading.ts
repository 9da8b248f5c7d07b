import type { OutsideSeries } from '../../core/scenario/source.ts'

/** What was read of one metric, without what it is called. */
export type Reading = Pick<OutsideSeries, 'points' | 'noData' | 'missing'>

export function nothing(noData: string): Reading {
  return { points: [], noData }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** How many of the points of a series its row has to do without, and why; nothing where it has all. */
export function missingOf(lacking: number, all: number, why: string): Pick<OutsideSeries, 'missing'> {
  return lacking === 0 ? {} : { missing: `${lacking} of ${all} points ${why}` }
}
