import { type CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import type { Publication, SeriesDatum, SeriesPublisher } from '../../ports.ts'

/** PutMetricData takes so many different values of a series at once; more of the same moment go beside them. */
const VALUES_PER_DATUM = 150
/** It would take 1,000, but no more than 1 MB: full ones have about 3 kB. */
const DATA_PER_CALL = 250

/** Custom metrics of CloudWatch in one namespace. Values travel with their counts, so that percentiles stay what they are. */
export class CloudWatchPublisher implements SeriesPublisher {
  readonly #client: CloudWatchClient
  readonly #namespace: string

  constructor(client: CloudWatchClient, namespace: string) {
    this.#client = client
    this.#namespace = namespace
  }

  async publish({ atMs, dimensions, data }: Publication): Promise<void> {
    const Timestamp = new Date(atMs)
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
    const all = data.flatMap((datum) =>
      inParts(datum).map((part): MetricDatum => ({ ...part, Timestamp, Dimensions })),
    )
    for (let first = 0; first < all.length; first += DATA_PER_CALL)
      await this.#client.send(
        new PutMetricDataCommand({
          Namespace: this.#namespace,
          MetricData: all.slice(first, first + DATA_PER_CALL),
        }),
      )
  }
}

function inParts({ name, unit, values, counts }: SeriesDatum): MetricDatum[] {
  return Array.from({ length: Math.ceil(values.length / VALUES_PER_DATUM) }, (_, part) => {
    const [from, to] = [part * VALUES_PER_DATUM, (part + 1) * VALUES_PER_DATUM]
    return { MetricName: name, Unit: unit, Values: values.slice(from, to), Counts: counts.slice(from, to) }
  })
}
