import type { OutsideSeries, ScrapeSource } from '../../core/scenario/source.ts'
import type { PrometheusSample } from './prometheus-text.ts'
import { missingOf } from './reading.ts'

type Rule = ScrapeSource['metrics'][string]

const COMBINE: Record<Rule['combine'], (values: readonly number[]) => number> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  avg: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  max: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
}

/** What a scenario asks of one name in an exposition, sample by sample. */
export class ScrapedMetric {
  readonly #metric: string
  readonly #rule: Rule
  readonly #points: [number, number][] = []
  /** When a scrape had nothing of it, or no number. */
  readonly #lacking: number[] = []
  /** Values by labels at the latest scrape that had any. */
  #latest: { atMs: number; values: Map<string, number> } | undefined

  constructor(metric: string, rule: Rule) {
    this.#metric = metric
    this.#rule = rule
  }

  /** Takes what one scrape found. */
  add(atMs: number, samples: readonly PrometheusSample[]): void {
    const values = new Map<string, number>()
    for (const sample of samples)
      if (this.#isWanted(sample)) values.set(JSON.stringify([...sample.labels].sort()), sample.value)
    if (values.size === 0) {
      this.#lacking.push(atMs)
      return
    }
    const readings = this.#rule.as === 'rate' ? this.#ratesOf(atMs, values) : [...values.values()]
    this.#latest = { atMs, values }
    const numbers = readings.filter(Number.isFinite)
    if (numbers.length > 0) this.#points.push([atMs, COMBINE[this.#rule.combine](numbers) * this.#rule.scale])
    if (numbers.length < readings.length) this.#lacking.push(atMs)
  }

  #isWanted({ name, labels }: PrometheusSample): boolean {
    return (
      name === this.#rule.name &&
      Object.entries(this.#rule.labels).every(([label, value]) => labels.get(label) === value)
    )
  }

  /**
   * Growth per second of each counter since the scrape before. A counter that fell was reset and has grown from 0;
   * so has one that was not there.
   */
  #ratesOf(atMs: number, values: ReadonlyMap<string, number>): number[] {
    const before = this.#latest
    if (!before || atMs <= before.atMs) return []
    const seconds = (atMs - before.atMs) / 1_000
    return [...values].map(([labels, value]) => {
      const previous = before.values.get(labels) ?? 0
      return (value < previous ? value : value - previous) / seconds
    })
  }

  /** Takes note of a scrape that failed. */
  miss(atMs: number): void {
    this.#lacking.push(atMs)
  }

  /** The points between two epoch times, or why there are none: `noData`, or what this metric lacked. */
  series(source: string, fromMs: number, toMs: number, noData: string | undefined): OutsideSeries {
    const points = this.#points.filter(([atMs]) => fromMs <= atMs && atMs <= toMs)
    const series = { metric: this.#metric, source, unit: this.#rule.unit, points }
    if (points.length === 0) return { ...series, noData: noData ?? this.#whyNone() }
    const lacking = this.#lacking.filter((atMs) => fromMs <= atMs && atMs <= toMs)
    const all = new Set([...points.map(([atMs]) => atMs), ...lacking])
    return { ...series, ...missingOf(lacking.length, all.size, 'are missing or not whole') }
  }

  #whyNone(): string {
    const { name, labels, as } = this.#rule
    if (this.#points.length > 0) return 'no samples while the run went on'
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    const described = wanted.length === 0 ? name : `${name} with labels ${wanted.join(', ')}`
    if (!this.#latest) return `no series named ${described}`
    return as === 'rate' ? `fewer than two samples of ${described}` : `${described} was never a finite number`
  }
}
