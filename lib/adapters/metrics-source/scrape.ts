import { durationMs } from '../../core/base/duration.ts'
import type { OutsideSeries, ScrapeSource } from '../../core/scenario/source.ts'
import { maskUrl } from '../../core/secrets/mask.ts'
import type { Clock, MetricsSource } from '../../ports.ts'
import type { FetchText } from './fetch-text.ts'
import { parsePrometheusText } from './prometheus-text.ts'
import { ScrapedMetric } from './scraped-metric.ts'
import { sourceUrl } from './source-url.ts'

interface ScrapeOptions {
  /** Name of the source in the scenario. */
  name: string
  /** What a relative URL is relative to. */
  targetUrl: string
  fetch: FetchText
  clock: Clock
}

/**
 * Samples a Prometheus endpoint from `begin` on until it is closed, each time it is due. A time at which the endpoint
 * does not answer has no sample, and the next one is tried.
 */
export function scrapeSource(config: ScrapeSource, options: ScrapeOptions): MetricsSource {
  return new Scraper(config, options)
}

class Scraper implements MetricsSource {
  readonly #url: string
  readonly #everyMs: number
  readonly #metrics: readonly ScrapedMetric[]
  readonly #options: ScrapeOptions
  readonly #closed = new AbortController()
  #sampling: Promise<void> | undefined
  #samples = 0
  #failure = 'no answer came'

  constructor(config: ScrapeSource, options: ScrapeOptions) {
    this.#url = sourceUrl(config.url, options.targetUrl).href
    this.#everyMs = durationMs(config.every)
    this.#metrics = Object.entries(config.metrics).map(([metric, rule]) => new ScrapedMetric(metric, rule))
    this.#options = options
  }

  begin(): void {
    this.#sampling ??= this.#sampleUntilClosed()
  }

  async #sampleUntilClosed(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#closed
    const beganAtMs = clock.now()
    while (!signal.aborted) {
      await this.#sample()
      const passed = Math.floor((clock.now() - beganAtMs) / this.#everyMs)
      await clock.sleepUntil(beganAtMs + (passed + 1) * this.#everyMs, signal)
    }
  }

  async #sample(): Promise<void> {
    const { fetch, clock } = this.#options
    try {
      const samples = [...parsePrometheusText(await fetch(this.#url))]
      if (this.#closed.signal.aborted) return
      const atMs = clock.now()
      for (const metric of this.#metrics) metric.add(atMs, samples)
      this.#samples++
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
      if (!this.#closed.signal.aborted) for (const metric of this.#metrics) metric.miss(clock.now())
    }
  }

  sampled(fromMs: number): OutsideSeries[] {
    return this.#seriesOf(fromMs, this.#options.clock.now())
  }

  async read(fromMs: number, toMs: number): Promise<OutsideSeries[]> {
    return this.#seriesOf(fromMs, toMs)
  }

  #seriesOf(fromMs: number, toMs: number): OutsideSeries[] {
    const noData = this.#samples === 0 ? `GET ${maskUrl(this.#url)}: ${this.#failure}` : undefined
    return this.#metrics.map((metric) => metric.series(this.#options.name, fromMs, toMs, noData))
  }

  /** Does not wait for an answer that is still to come. */
  async close(): Promise<void> {
    this.#closed.abort()
  }
}
