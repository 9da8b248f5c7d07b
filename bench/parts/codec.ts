import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type JsHistogram,
} from 'hdr-histogram-js'
import { doDecode } from 'hdr-histogram-js/dist/JsHistogram.encoding.js'
import { Histogram, MAX_TRACKABLE } from '../../lib/core/metrics/histogram.ts'
import type { Part } from '../part.ts'
import { microsecondsOf, serviceTimes } from '../samples.ts'
import { figure, times } from '../section.ts'

const SIZES = [1_000, 100_000, 1_000_000]
/** Different ones in turn, lest the processor learns a single one by heart. */
const HISTOGRAMS = 32

/** Histograms as bytes: writing them, and reading and adding them, against hdr-histogram-js. */
export const codec: Part = {
  name: 'codec',
  async run({ say }) {
    const results = SIZES.map((samples) => {
      say(`codec: ${samples} samples`)
      return { samples, ...measure(samples) }
    })
    return {
      title: 'Codec: one histogram',
      columns: [
        'samples',
        'bytes',
        'encode µs',
        'decode + add µs',
        'hdr-histogram-js µs',
        'ratio',
        'its base64 µs',
        'ratio',
      ],
      rows: results.map(({ samples, bytes, encode, add, theirs, theirsBase64 }) => [
        figure(samples),
        figure(bytes),
        figure(encode),
        figure(add),
        figure(theirs),
        times(theirs / add),
        figure(theirsBase64),
        times(theirsBase64 / add),
      ]),
      notes: [
        'three significant digits, service times with a log-normal tail; hdr-histogram-js without WebAssembly, 32-bit counts',
        'hdr-histogram-js reads the same uncompressed bytes by its inner function, the fastest it has; its public one takes deflated base64',
      ],
      raw: results,
    }
  },
}

function measure(samples: number) {
  const histograms = Array.from({ length: HISTOGRAMS }, (_, seed) => histogramOf(serviceTimes(samples, seed)))
  const encoded = histograms.map((histogram) => histogram.encode())
  const calls = samples > 10_000 ? 200 : 1_000
  let turn = 0
  const next = (): number => turn++ % HISTOGRAMS
  const into = new Histogram()
  const theirs = build({
    bitBucketSize: 32,
    autoResize: false,
    highestTrackableValue: MAX_TRACKABLE,
    numberOfSignificantValueDigits: 3,
  }) as JsHistogram
  const base64 = encoded.map((bytes) => encodeIntoCompressedBase64(doDecode(bytes, 32, 0)))
  return {
    bytes: (encoded[0] as Uint8Array).length,
    encode: microsecondsOf(() => histograms[next()]?.encode(), calls),
    add: microsecondsOf(() => {
      const which = next()
      into.addEncoded(encoded[which] as Uint8Array, histograms[which])
    }, calls),
    theirs: microsecondsOf(() => theirs.add(doDecode(encoded[next()] as Uint8Array, 32, 0)), calls),
    theirsBase64: microsecondsOf(
      () => theirs.add(decodeFromCompressedBase64(base64[next()] as string) as JsHistogram),
      calls,
    ),
  }
}

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}
