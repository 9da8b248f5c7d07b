import { firstWhere } from './bisect.ts'

/** A length of time, half open: [fromMs, toMs). */
export interface Span {
  fromMs: number
  toMs: number
}

/** A straight part of a level over time. One of no length is a jump to the next one's level. */
export interface Stage extends Span {
  fromLevel: number
  toLevel: number
}

/** Stages one after the other, each from the level before it to its own. */
export function stagesFrom(
  startLevel: number,
  steps: readonly { durationMs: number; level: number }[],
): Stage[] {
  let toMs = 0
  let toLevel = startLevel
  return steps.map(({ durationMs, level }) => {
    const fromMs = toMs
    const fromLevel = toLevel
    toMs += durationMs
    toLevel = level
    return { fromMs, toMs, fromLevel, toLevel }
  })
}

export function endOf(stages: readonly Stage[]): number {
  return stages.at(-1)?.toMs ?? 0
}

/** The stage that holds this instant; none before the first and from the end of the last. */
export function stageAt(stages: readonly Stage[], atMs: number): Stage | undefined {
  if (!(atMs >= 0)) return undefined
  return stages[firstWhere(0, stages.length, (i) => (stages[i] as Stage).toMs > atMs)]
}

/** Level inside a stage of some length, both ends included. */
export function levelIn({ fromMs, toMs, fromLevel, toLevel }: Stage, atMs: number): number {
  return fromLevel + ((toLevel - fromLevel) * (atMs - fromMs)) / (toMs - fromMs)
}

/** The highest level that lasts, or is reached at the end of a ramp. */
export function peakOf(stages: readonly Stage[]): number {
  return stages.reduce(
    (peak, { fromMs, toMs, fromLevel, toLevel }) =>
      toMs > fromMs ? Math.max(peak, fromLevel, toLevel) : peak,
    0,
  )
}
