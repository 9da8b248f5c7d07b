import type { Histogram as HdrHistogram } from 'hdr-histogram-js'
import { Histogram, MAX_TRACKABLE } from '../../../lib/core/metrics/histogram.ts'
import { TREND_SCALE } from '../../../lib/core/metrics/metric.ts'
import type { IntervalHistograms } from '../../merge/interval-histograms.ts'

type Library = typeof import('hdr-histogram-js')

const NOTHING = new Histogram()
/** Ticks per half of what is left to 1, as HdrHistogram's own tools have them. */
const TICKS = 5

/** Loads the library that writes what other tools of HdrHistogram read. */
export function loadHdr(): Promise<Library> {
  return import('hdr-histogram-js')
}

/** A histogram of the library with the same counts in the same buckets. Values are thousandths of the metric's unit. */
export function hdrOf({ build }: Library, histogram: Histogram): HdrHistogram {
  const copy = build({
    // Doubles hold every count that ours holds.
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_TRACKABLE,
    numberOfSignificantValueDigits: 3,
  })
  for (const [value, count] of histogram.since(NOTHING)) copy.recordValueWithCount(value, count)
  return copy
}

/** The percentile distribution of a trend (`.hgrm`), in the metric's unit. */
export function percentileDistribution(hdr: Library, histogram: Histogram): string {
  return hdrOf(hdr, histogram).outputPercentileDistribution(TICKS, TREND_SCALE)
}

/**
 * Writes an HdrHistogram log (`.hlog`, version 1.3) piece by piece: a line for each interval and step, tagged
 * `metric/step`. Times count from the start of the run, which stands at the top; maxima are in the metric's unit.
 */
export class IntervalLog {
  readonly #hdr: Library
  readonly #writer: InstanceType<Library['HistogramLogWriter']>
  readonly #metric: string

  constructor(hdr: Library, metric: string, write: (text: string) => void) {
    this.#hdr = hdr
    this.#metric = metric
    this.#writer = new hdr.HistogramLogWriter(write)
  }

  begin(startAtMs: number): void {
    this.#writer.outputLogFormatVersion()
    const start = `${(startAtMs / 1_000).toFixed(3)} (seconds since epoch)`
    // The library's own line is followed by an empty one, at which HdrHistogram's reader in Java gives up.
    this.#writer.outputComment(`[StartTime: ${start}, ${new Date(startAtMs).toISOString()}]`)
    this.#writer.outputComment(`[BaseTime: ${start}]`)
    this.#writer.outputLegend()
  }

  add({ fromMs, toMs, bySteps }: IntervalHistograms): void {
    for (const [step, histogram] of bySteps) {
      const copy = hdrOf(this.#hdr, histogram)
      copy.tag = tagOf(this.#metric, step)
      this.#writer.outputIntervalHistogram(copy, fromMs / 1_000, toMs / 1_000, TREND_SCALE)
    }
  }
}

/** Tags of a log hold no commas, blanks and line ends: they are percent-encoded, and so is `%` itself. */
function tagOf(metric: string, step: string): string {
  const written = step.replace(/[%,\s\p{C}]/gu, (char) => encodeURIComponent(char.toWellFormed()))
  return step === '' ? metric : `${metric}/${written}`
}
