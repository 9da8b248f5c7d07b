import { afterEach, describe, expect, it } from 'vitest'
import type { SeriesDatum, SeriesPublisher } from '../../lib/ports.ts'

/** One series as it arrived: at which moments, under which dimensions, and how often each value came. */
export interface Arrived {
  name: string
  unit: string
  atMs: number
  dimensions: Readonly<Record<string, string>>
  counts: ReadonlyMap<number, number>
}

export interface OpenedPublisher {
  publisher: SeriesPublisher
  /** All that has arrived so far, what came of one series at one moment taken together. */
  arrived(): Arrived[]
  close?(): Promise<void>
}

const AT_MS = 1_700_000_060_000
const dimensions = { Scenario: 'shop', Profile: 'steady' }
const requests: SeriesDatum = { name: 'http_reqs', unit: 'Count', values: [12], counts: [1] }
const failed: SeriesDatum = { name: 'http_req_failed', unit: 'None', values: [0, 1], counts: [10, 2] }

/** What every publisher does, wherever the series go. */
export function seriesPublisherContract(name: string, open: () => Promise<OpenedPublisher>): void {
  const opened: OpenedPublisher[] = []
  const create = async (): Promise<OpenedPublisher> => {
    const one = await open()
    opened.push(one)
    return one
  }
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close?.()
  })

  describe(`${name} as a publisher of series`, () => {
    it('brings each series with its moment, its dimensions, and its values as often as they came', async () => {
      const { publisher, arrived } = await create()
      await publisher.publish({ atMs: AT_MS, dimensions, data: [requests, failed] })
      expect(arrived()).toEqual([
        { name: 'http_reqs', unit: 'Count', atMs: AT_MS, dimensions, counts: new Map([[12, 1]]) },
        {
          name: 'http_req_failed',
          unit: 'None',
          atMs: AT_MS,
          dimensions,
          counts: new Map([
            [0, 10],
            [1, 2],
          ]),
        },
      ])
    })

    it('brings any number of different values', async () => {
      const { publisher, arrived } = await create()
      const values = Array.from({ length: 1_001 }, (_, i) => i / 8)
      const counts = values.map((_, i) => i + 1)
      await publisher.publish({
        atMs: AT_MS,
        dimensions,
        data: [{ name: 'http_req_duration', unit: 'Milliseconds', values, counts }],
      })
      const [one, ...others] = arrived()
      expect(others).toEqual([])
      expect([...(one?.counts ?? [])]).toEqual(values.map((value, i) => [value, counts[i]]))
    })

    it('adds what comes later to what is there', async () => {
      const { publisher, arrived } = await create()
      await publisher.publish({ atMs: AT_MS, dimensions, data: [requests] })
      await publisher.publish({ atMs: AT_MS + 10_000, dimensions, data: [requests] })
      expect(arrived().map(({ atMs }) => atMs)).toEqual([AT_MS, AT_MS + 10_000])
    })
  })
}
