import { type Source, unitOf } from '../../core/scenario/source.ts'
import type { MetricsSource } from '../../ports.ts'

/** Stands in for a source that can't be read here: every one of its metrics is without data, for this reason. */
export function noneSource(config: Source, name: string, reason: string): MetricsSource {
  return {
    begin() {},
    read: async () =>
      Object.keys(config.metrics).map((metric) => ({
        metric,
        source: name,
        unit: unitOf(config, metric),
        points: [],
        noData: reason,
      })),
    async close() {},
  }
}
