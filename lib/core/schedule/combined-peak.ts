import { levelIn, type Stage } from './piecewise-linear.ts'

/** An instant seen from one side, since a level may jump there. */
export interface Moment {
  atMs: number
  side: 'before' | 'after'
}

export interface Peak extends Moment {
  level: number
}

/** The highest sum of several levels over time: it is straight, but where a stage begins or ends. */
export function combinedPeak(curves: readonly (readonly Stage[])[]): Peak {
  let peak: Peak = { level: 0, atMs: 0, side: 'after' }
  const moments = curves.flat().flatMap(({ fromMs, toMs }): Moment[] => [
    { atMs: fromMs, side: 'after' },
    { atMs: toMs, side: 'before' },
  ])
  for (const moment of moments) {
    const level = curves.reduce((sum, stages) => sum + levelAt(stages, moment), 0)
    if (level > peak.level) peak = { ...moment, level }
  }
  return peak
}

/** Index of the stage that lasts at this moment, or -1. */
export function stageBeside(stages: readonly Stage[], { atMs, side }: Moment): number {
  return stages.findIndex(({ fromMs, toMs }) =>
    side === 'after' ? fromMs <= atMs && atMs < toMs : fromMs < atMs && atMs <= toMs,
  )
}

function levelAt(stages: readonly Stage[], moment: Moment): number {
  const stage = stages[stageBeside(stages, moment)]
  return stage ? levelIn(stage, moment.atMs) : 0
}
