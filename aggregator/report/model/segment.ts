import type { StageSpan } from '../../../lib/core/scenario/stage.ts'

/** A time in which the same stages go on. */
export interface Segment {
  name: string
  fromMs: number
  toMs: number
}

/** The schedule cut at every start and end of a stage; stages that go on at once share a segment. */
export function segmentsOf(stages: readonly StageSpan[]): Segment[] {
  const bounds = [...new Set(stages.flatMap(({ fromMs, toMs }) => [fromMs, toMs]))].sort((a, b) => a - b)
  return bounds.slice(1).flatMap((toMs, index) => {
    const fromMs = bounds[index] as number
    const names = stages
      .filter((stage) => stage.fromMs <= fromMs && toMs <= stage.toMs)
      .map(({ name }) => name)
    return names.length === 0 ? [] : [{ name: [...new Set(names)].join(' + '), fromMs, toMs }]
  })
}

/** The segment in which a time lies; none before, between and after the stages. */
export function segmentAt(segments: readonly Segment[], atMs: number): Segment | undefined {
  return segments.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
}
