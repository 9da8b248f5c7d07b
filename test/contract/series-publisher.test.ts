import { describe, expect, it } from 'vitest'
import { CloudWatchPublisher } from '../../lib/adapters/series-publisher/cloudwatch.ts'
import { MemoryPublisher } from '../../lib/adapters/series-publisher/memory.ts'
import { type AwsAnswer, type AwsCall, type AwsServer, awsServer } from './aws-server.ts'
import { type Arrived, type OpenedPublisher, seriesPublisherContract } from './series-publisher.contract.ts'

seriesPublisherContract('memory', async () => {
  const publisher = new MemoryPublisher()
  const arrived = (): Arrived[] =>
    publisher.published.flatMap(({ atMs, dimensions, data }) =>
      data.map(({ name, unit, values, counts }) => ({
        name,
        unit,
        atMs,
        dimensions,
        counts: new Map(values.map((value, i) => [value, counts[i] as number])),
      })),
    )
  return { publisher, arrived }
})

seriesPublisherContract('cloudwatch', async () => {
  const { publisher, server } = await openCloudWatch(() => ({}))
  return { publisher, arrived: () => arrivedAt(server.calls), close: server.close } satisfies OpenedPublisher
})

async function openCloudWatch(
  answer: AwsAnswer,
): Promise<{ publisher: CloudWatchPublisher; server: AwsServer }> {
  const server = await awsServer(answer)
  return { publisher: new CloudWatchPublisher(await server.clients.cloudWatch(undefined), 'Volley'), server }
}

/** The data of all calls, the parts of one series at one moment put together. */
function arrivedAt(calls: readonly AwsCall[]): Arrived[] {
  const found = new Map<string, Arrived & { counts: Map<number, number> }>()
  for (const { MetricName, Unit, Timestamp, Dimensions, Values, Counts } of dataOf(calls)) {
    const key = `${MetricName} ${Timestamp}`
    const known = found.get(key)
    const counts = known?.counts ?? new Map<number, number>()
    Values.forEach((value, i) => {
      counts.set(value, Counts[i] as number)
    })
    const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]))
    found.set(key, { name: MetricName, unit: Unit, atMs: Timestamp * 1_000, dimensions, counts })
  }
  return [...found.values()]
}

interface WireDatum {
  MetricName: string
  Unit: string
  /** Epoch seconds. */
  Timestamp: number
  Dimensions: { Name: string; Value: string }[]
  Values: number[]
  Counts: number[]
}

function dataOf(calls: readonly AwsCall[]): WireDatum[] {
  return calls.flatMap(({ input }) => (input as { MetricData?: WireDatum[] }).MetricData ?? [])
}

describe('PutMetricData', () => {
  const publication = (series: number, values: number) => ({
    atMs: 1_700_000_000_000,
    dimensions: { Scenario: 'shop', Profile: 'steady' },
    data: Array.from({ length: series }, (_, i) => ({
      name: `series_${i}`,
      unit: 'Milliseconds' as const,
      values: Array.from({ length: values }, (_, value) => value),
      counts: Array.from({ length: values }, () => 1),
    })),
  })

  it('is called in one namespace, once for whatever fits into a call', async () => {
    const { publisher, server } = await openCloudWatch(() => ({}))
    await publisher.publish(publication(24, 300))
    await server.close()
    expect(server.calls.map(({ operation }) => operation)).toEqual(['PutMetricData'])
    expect(server.calls[0]?.input).toMatchObject({ Namespace: 'Volley' })
  })

  it('is never given more than 150 values of a series, nor more than 250 parts, at once', async () => {
    const { publisher, server } = await openCloudWatch(() => ({}))
    await publisher.publish(publication(40, 1_501))
    await server.close()
    expect(server.calls.map((call) => dataOf([call]).length)).toEqual([250, 190])
    const lengths = dataOf(server.calls).map(({ Values, Counts }) => [Values.length, Counts.length])
    expect(Math.max(...lengths.flat())).toBe(150)
    expect(lengths.at(-1)).toEqual([1, 1])
  })

  it('that is refused rejects', async () => {
    const { publisher, server } = await openCloudWatch(() => {
      throw new Error('not here')
    })
    await expect(publisher.publish(publication(1, 1))).rejects.toThrow('not here')
    await server.close()
  })
})
