import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Interval, Recorder } from '../../../../../functions/generator/metering/recorder.ts'
import { customMetrics } from '../../../../../functions/generator/user/custom-metrics.ts'
import {
  decodeSnapshot,
  encodeSnapshot,
  SNAPSHOT_SCHEMA,
  type Snapshot,
} from '../../../../../lib/core/results/snapshot.ts'
import { nameText } from '../../../../../lib/core/scenario/flow/name.ts'
import { FlowError } from '../../../../../lib/core/scenario/flow.ts'

const METRICS = {
  counted: { kind: 'counter', unit: '' },
  held: { kind: 'gauge', unit: '' },
  good: { kind: 'rate', unit: '' },
  took: { kind: 'trend', unit: 'ms' },
} as const
const HEALTH = {
  ...{ cpuShare: 0, loopShare: 0, loopDelayP99Ms: 0, loopDelayMaxMs: 0, gcMs: 0, heapBytes: 0, rssBytes: 0 },
  sockets: 0,
}

const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, maxDepth: 1 }),
  fc.double(),
  fc.constantFrom<unknown>(
    ...[1e308, -1e308, Number.MAX_SAFE_INTEGER, Number.NaN, Number.POSITIVE_INFINITY, '3', true, 0, 1, -0],
    ...[Promise.resolve(1), () => 1, Symbol('s'), '__proto__', 'a\nb', '', '\ud800'],
  ),
)
const tags = fc.oneof(
  anything,
  fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), anything, { maxKeys: 3 }),
)

function snapshotOf({ seq, fromMs, toMs, arrivals, series, seconds, histograms }: Interval): Snapshot {
  const id = { schema: SNAPSHOT_SCHEMA, run: 'r', window: 0, slice: 0, attempt: 0 } as const
  return {
    header: { ...id, seq, fromMs, toMs, arrivals, series, seconds, startLateMs: 0, health: HEALTH },
    histograms,
  }
}

it('makes a snapshot that can be read of whatever flows measure, without what was refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('counted', 'held', 'good', 'took'), anything, tags), {
        maxLength: 30,
      }),
      async (samples) => {
        let interval: Interval | undefined
        const recorder = new Recorder({
          ...{
            startAtMs: 0,
            fromMs: 0,
            cuts: [{ seq: 0, fromMs: 0, toMs: 1_000, stages: [] }],
            metrics: METRICS,
          },
          onInterval: (ended) => {
            interval = ended
          },
        })
        const metrics = customMetrics(METRICS, recorder)
        let taken = 0
        for (const [metric, value, given] of samples)
          try {
            metrics[metric]?.add(value as number, given as never)
            taken++
          } catch (error) {
            expect(error).toBeInstanceOf(FlowError)
            expect(error).toMatchObject({ errorClass: 'bad_value' })
          }
        recorder.finish(1_000)
        const { header } = await decodeSnapshot(await encodeSnapshot(snapshotOf(interval as Interval)))
        expect(header.series).toEqual(JSON.parse(JSON.stringify((interval as Interval).series)))
        const rated = header.series.flatMap((series) => (series.kind === 'rate' ? [series.total] : []))
        expect(rated.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(taken)
      },
    ),
    { numRuns: 300 },
  )
})

it('makes text of one line of whatever names something, or refuses it', () => {
  fc.assert(
    fc.property(anything, (name) => {
      let text: string
      try {
        text = nameText('name', name)
      } catch (error) {
        expect(error).toMatchObject({ errorClass: 'bad_value' })
        return
      }
      expect(text).toBe(String(name))
      expect(text).toMatch(/^\P{Cc}{1,1000}$/u)
    }),
    { numRuns: 1_000 },
  )
})
