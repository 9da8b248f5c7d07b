import { describe, expect, it } from 'vitest'
import { outsideSeriesSchema } from '../../lib/core/scenario/source.ts'
import type { MetricsSource } from '../../lib/ports.ts'

/** A source of two metrics, `cpu` in % and `queue` without a unit, and how far its time reaches. */
export interface Opened {
  source: MetricsSource
  fromMs: number
  toMs: number
  close?: () => Promise<void>
}

/** What every metrics source does, wherever its points come from. */
export function metricsSourceContract(name: string, open: () => Promise<Opened>): void {
  const using = async (act: (opened: Opened) => Promise<void>): Promise<void> => {
    const opened = await open()
    try {
      await act(opened)
    } finally {
      await opened.source.close()
      await opened.close?.()
    }
  }

  describe(`${name} as a metrics source`, () => {
    it('answers for each of its metrics, with its name and unit', () =>
      using(async ({ source, fromMs, toMs }) => {
        const series = await source.read(fromMs, toMs)
        expect(series.map(({ metric, unit }) => [metric, unit])).toEqual([
          ['cpu', '%'],
          ['queue', ''],
        ])
        for (const one of series) expect(outsideSeriesSchema.parse(one)).toEqual(one)
      }))

    it('gives points in the order of time and inside the time asked for, or says why there are none', () =>
      using(async ({ source, fromMs, toMs }) => {
        for (const { points, noData } of await source.read(fromMs, toMs)) {
          expect(points.length > 0).toBe(noData === undefined)
          expect(points.every(([atMs]) => fromMs <= atMs && atMs <= toMs)).toBe(true)
          expect(points).toEqual(points.toSorted(([a], [b]) => a - b))
        }
      }))

    it('answers the same when it is asked again', () =>
      using(async ({ source, fromMs, toMs }) => {
        expect(await source.read(fromMs, toMs)).toEqual(await source.read(fromMs, toMs))
      }))

    it('can be closed twice, and begun twice', () =>
      using(async ({ source }) => {
        source.begin()
        await source.close()
      }))
  })
}
