import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { encodeIntoCompressedBase64, HistogramLogReader, type JsHistogram } from 'hdr-histogram-js'
import { expect, test } from 'vitest'
import type { IntervalHistograms } from '../../../../../aggregator/merge/interval-histograms.ts'
import { IntervalLog, loadHdr } from '../../../../../aggregator/report/data/hdr.ts'
import { Histogram, MAX_TRACKABLE } from '../../../../../lib/core/metrics/histogram.ts'

const hdr = await loadHdr()
const NOTHING = new Histogram()
const START_AT_MS = 1_700_000_000_123

const value = fc.oneof(
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: MAX_TRACKABLE }),
  fc.constantFrom(0, 2_047, 2_048, 2 ** 31 - 1, 2 ** 31, MAX_TRACKABLE),
)
const count = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(2 ** 32, 2 ** 33 + 1))
const histogram = fc.array(fc.tuple(value, count), { minLength: 1, maxLength: 20 }).map((values) => {
  const recorded = new Histogram()
  for (const [one, times] of values) recorded.record(one, times)
  return recorded
})
const step = fc.oneof(
  fc.constantFrom('', 'GET /a, b', 'buy%20now', 'two\nlines', 'größe 😀'),
  fc.string({ unit: 'grapheme' }),
)
const intervals = fc
  .array(fc.dictionary(step, histogram, { minKeys: 1, maxKeys: 4, noNullPrototype: true }), { maxLength: 5 })
  .map((all) =>
    all.map((steps, i): IntervalHistograms => {
      const bySteps = new Map(Object.entries(steps))
      return { fromMs: i * 10_000, toMs: (i + 1) * 10_000, bySteps }
    }),
  )

/** What a reader of logs finds in a line, with the counts of its histogram by their values. */
function readBack(text: string): unknown[] {
  const reader = new HistogramLogReader(text, 64)
  const found: unknown[] = []
  for (let read = reader.nextIntervalHistogram(); read !== null; read = reader.nextIntervalHistogram()) {
    const bytes = inflateSync(
      Buffer.from(encodeIntoCompressedBase64(read as JsHistogram), 'base64').subarray(8),
    )
    const { startTimeStampMsec, endTimeStampMsec, tag } = read
    const times = [startTimeStampMsec, endTimeStampMsec].map(Math.round)
    found.push([tag, times, [...Histogram.decode(bytes).since(NOTHING)]])
  }
  return found
}

const written = (name: string): string =>
  name === '' ? 'm' : `m/${name.replace(/[%,\s\p{C}]/gu, (char) => encodeURIComponent(char))}`

test('a log is read back with each interval, its tag, its times and every count', () => {
  fc.assert(
    fc.property(intervals, (all) => {
      let text = ''
      const log = new IntervalLog(hdr, 'm', (piece) => {
        text += piece
      })
      log.begin(START_AT_MS)
      for (const interval of all) log.add(interval)
      expect(readBack(text)).toEqual(
        all.flatMap(({ fromMs, toMs, bySteps }) =>
          [...bySteps].map(([name, recorded]) => [
            written(name),
            [START_AT_MS + fromMs, START_AT_MS + toMs],
            [...recorded.since(NOTHING)],
          ]),
        ),
      )
    }),
  )
})
