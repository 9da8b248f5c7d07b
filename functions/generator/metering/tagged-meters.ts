import type { Tags } from '../../../lib/core/metrics/metric.ts'

/** Connections may be named without bounds; beyond this, each new name's have a meter of their own. */
const MAX_METERS = 10_000

/** Meters of one kind: connections with the same tags share one. */
export class TaggedMeters<Meter> {
  readonly #create: (tags: Tags) => Meter
  readonly #meters = new Map<string, Meter>()

  constructor(create: (tags: Tags) => Meter) {
    this.#create = create
  }

  meterOf(tags: Tags): Meter {
    const key = JSON.stringify(tags)
    const known = this.#meters.get(key)
    if (known) return known
    const created = this.#create(tags)
    if (this.#meters.size < MAX_METERS) this.#meters.set(key, created)
    return created
  }
}
