import { afterEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../lib/adapters/clock/manual.ts'
import { cloudwatchSource } from '../../lib/adapters/metrics-source/cloudwatch.ts'
import type { CloudwatchSource } from '../../lib/core/scenario/cloudwatch-source.ts'
import { type OutsideSeries, sourceSchema } from '../../lib/core/scenario/source.ts'
import type { MetricsSource } from '../../lib/ports.ts'
import { type AwsAnswer, type AwsCall, type AwsServer, awsServer, metricData } from './aws-server.ts'
import { metricsSourceContract } from './metrics-source.contract.ts'

const configOf = (resource: object, metrics: object, changes: object = {}): CloudwatchSource =>
  sourceSchema.parse({ kind: 'cloudwatch', resource, metrics, ...changes }) as CloudwatchSource

const ECS = { type: 'ecs', cluster: 'shop', service: 'api' }
const ALB = { type: 'alb', loadBalancer: 'app/front/50dc6c495c0c9188' }
const CPU = { cpu: { metric: 'CPUUtilization' } }
/** So long after every run of these tests that no data can still be late. */
const LATER_MS = 10_000_000

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function open(
  config: CloudwatchSource,
  answer: AwsAnswer,
  clock = new ManualClock(LATER_MS),
): Promise<{ source: MetricsSource; server: AwsServer; clock: ManualClock }> {
  const server = await awsServer(answer)
  const source = cloudwatchSource(config, { name: 'aws', clients: server.clients, clock })
  opened.push(server, source)
  return { source, server, clock }
}

const minutes = (...values: [minute: number, value: number][]): [number, number][] =>
  values.map(([minute, value]) => [minute * 60, value])

/** One read of two and a half minutes: the minutes 1, 2 and 3 have their middles in it. */
const RUN = [90_000, 240_000] as const
const read = async (config: CloudwatchSource, answer: AwsAnswer): Promise<OutsideSeries[]> =>
  (await open(config, answer)).source.read(...RUN)

metricsSourceContract('cloudwatch', async () => {
  const server = await awsServer((call) =>
    metricData(call, (name) => (name === 'CPU' ? minutes([1, 40], [3, 50]) : [])),
  )
  const config = configOf(
    { type: 'any', namespace: 'Shop' },
    { cpu: { metric: 'CPU', unit: '%' }, queue: { metric: 'Queue' } },
  )
  const options = { name: 'aws', clients: server.clients, clock: new ManualClock(LATER_MS) }
  return {
    source: cloudwatchSource(config, options),
    fromMs: RUN[0],
    toMs: RUN[1],
    close: server.close,
  }
})

describe('asking CloudWatch', () => {
  it('is for whole minutes around the run, by the dimensions of the resource and without a unit', async () => {
    const { source, server } = await open(configOf(ECS, CPU), (call) => metricData(call, () => []))
    await source.read(95_000, 245_000)
    expect(server.calls.map(({ operation }) => operation)).toEqual(['GetMetricData'])
    expect(server.calls[0]?.input).toMatchObject({
      StartTime: 120,
      EndTime: 240,
      MetricDataQueries: [
        {
          Id: 'm0',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/ECS',
              MetricName: 'CPUUtilization',
              Dimensions: [
                { Name: 'ClusterName', Value: 'shop' },
                { Name: 'ServiceName', Value: 'api' },
              ],
            },
            Period: 60,
            Stat: 'Average',
          },
        },
      ],
    })
    expect(JSON.stringify(server.calls)).not.toContain('Unit"')
  })

  it('puts each point into the middle of its minute, and leaves out minutes mostly outside the run', async () => {
    const answer: AwsAnswer = (call) =>
      metricData(call, () => minutes([0, 9], [1, 10], [2, 20], [3, 30], [4, 99]))
    const [cpu] = await read(configOf(ECS, CPU), answer)
    expect(cpu).toEqual({
      metric: 'cpu',
      source: 'aws',
      unit: '%',
      points: [
        [90_000, 10],
        [150_000, 20],
        [210_000, 30],
      ],
    })
  })

  it('turns seconds into milliseconds where CloudWatch has seconds, unless it is told otherwise', async () => {
    const metrics = {
      response: { metric: 'TargetResponseTime', statistic: 'p95' },
      raw: { metric: 'TargetResponseTime', unit: 's', scale: 1 },
    }
    const answer: AwsAnswer = (call) =>
      metricData(call, (_, statistic) => minutes([2, statistic === 'p95' ? 0.25 : 0.125]))
    expect(
      (await read(configOf(ALB, metrics), answer)).map(({ unit, points }) => [unit, points[0]?.[1]]),
    ).toEqual([
      ['ms', 250],
      ['s', 0.125],
    ])
    const lag = await read(
      configOf({ type: 'rds', instance: 'db' }, { lag: { metric: 'ReplicaLag' } }),
      (call) => metricData(call, (_, statistic) => (statistic === 'Maximum' ? minutes([1, 2]) : [])),
    )
    expect(lag[0]).toMatchObject({ unit: 'ms', points: [[90_000, 2_000]] })
  })

  it('asks for 500 metrics in one call, and for every page of the answer', async () => {
    const names = Array.from({ length: 501 }, (_, i) => `M${i}`)
    const metrics = Object.fromEntries(names.map((metric) => [metric, { metric }]))
    const { source, server } = await open(configOf({ type: 'any', namespace: 'Shop' }, metrics), (call) => ({
      ...metricData(call, () => (call.input.NextToken ? minutes([2, 2]) : minutes([1, 1]))),
      ...(call.input.NextToken === undefined && { NextToken: 'more' }),
    }))
    const series = await source.read(...RUN)
    expect(server.calls.map(({ input }) => [input.MetricDataQueries?.length, input.NextToken])).toEqual([
      [500, undefined],
      [500, 'more'],
      [1, undefined],
      [1, 'more'],
    ])
    expect(series.map(({ metric }) => metric)).toEqual(names)
    expect(series.every(({ points }) => points.length === 2)).toBe(true)
  })

  it('has no data rather than a part of them where the answer has no last page', async () => {
    const { source } = await open(configOf(ECS, CPU), (call) => ({
      ...metricData(call, () => minutes([1, 1])),
      NextToken: 'more',
    }))
    const [series] = await source.read(...RUN)
    expect(series).toMatchObject({
      points: [],
      noData: 'CloudWatch could not be read: there are more than 1000 pages of it',
    })
  })

  it('takes faults for 0 in the minutes in which the load balancer had requests', async () => {
    const metrics = {
      faults: { metric: 'HTTPCode_Target_5XX_Count' },
      rejected: { metric: 'RejectedConnectionCount' },
    }
    const asked: [string, Record<string, string>][] = []
    const series = await read(
      configOf({ ...ALB, targetGroup: 'targetgroup/api/73e2d6bc24d8a067' }, metrics),
      (call) =>
        metricData(call, (name, _, dimensions) => {
          asked.push([name, dimensions])
          if (name === 'RequestCount') return minutes([1, 100], [2, 100])
          return name === 'HTTPCode_Target_5XX_Count' ? minutes([2, 7]) : []
        }),
    )
    expect(series.map(({ points, missing }) => [points, missing])).toEqual([
      [
        [
          [90_000, 0],
          [150_000, 7],
        ],
        '1 of 3 points are missing',
      ],
      [
        [
          [90_000, 0],
          [150_000, 0],
        ],
        '1 of 3 points are missing',
      ],
    ])
    const balancer = { LoadBalancer: 'app/front/50dc6c495c0c9188' }
    const group = { ...balancer, TargetGroup: 'targetgroup/api/73e2d6bc24d8a067' }
    expect(asked).toEqual([
      ['HTTPCode_Target_5XX_Count', group],
      ['RejectedConnectionCount', balancer],
      ['RequestCount', group],
      ['RequestCount', balancer],
    ])
  })
})

describe('late data', () => {
  const RUN_ENDS_MS = 240_000

  /** Reads at the end of the run from a CloudWatch that knows ever more as the clock goes on. */
  async function reading(
    known: (atMs: number) => [number, number][],
  ): Promise<{ clock: ManualClock; readAtMs: number[]; series: Promise<OutsideSeries[]> }> {
    const clock = new ManualClock(RUN_ENDS_MS)
    const readAtMs: number[] = []
    const { source } = await open(
      configOf(ECS, CPU),
      (call) => {
        readAtMs.push(clock.now())
        return metricData(call, () => known(clock.now()))
      },
      clock,
    )
    return { clock, readAtMs, series: source.read(...RUN) }
  }

  /** Lets the clock go on in steps, each time after what was asked for has been answered. */
  async function until(clock: ManualClock, series: Promise<unknown>): Promise<void> {
    let done = false
    void series.then(() => {
      done = true
    })
    for (let patience = 0; !done && patience < 2_000; patience++) {
      await new Promise((resolve) => setTimeout(resolve, 2))
      await clock.advanceTo(clock.now() + 500)
    }
  }

  it('is waited for until it is there and two readings agree', async () => {
    const { clock, readAtMs, series } = await reading((atMs) =>
      minutes(
        [1, 10],
        [2, 20],
        ...(atMs < 300_000 ? [] : [[3, atMs < 315_000 ? 5 : 30] as [number, number]]),
      ),
    )
    await until(clock, series)
    expect((await series)[0]).toMatchObject({
      points: [
        [90_000, 10],
        [150_000, 20],
        [210_000, 30],
      ],
    })
    expect(readAtMs.at(-1)).toBeLessThan(RUN_ENDS_MS + 180_000)
  })

  it('is not waited for after three minutes, and what is missing is said', async () => {
    const { clock, readAtMs, series } = await reading(() => minutes([1, 10]))
    await until(clock, series)
    expect((await series)[0]).toMatchObject({
      points: [[90_000, 10]],
      missing: '2 of 3 points are missing',
    })
    expect(readAtMs.at(-1)).toBeGreaterThanOrEqual(RUN_ENDS_MS + 180_000)
    expect(readAtMs.at(-1)).toBeLessThan(RUN_ENDS_MS + 200_000)
  })

  it('is not waited for by a source that is closed', async () => {
    const clock = new ManualClock(RUN_ENDS_MS)
    let answered = (): void => undefined
    const asked = new Promise<void>((resolve) => {
      answered = resolve
    })
    const { source } = await open(
      configOf(ECS, CPU),
      (call) => {
        answered()
        return metricData(call, () => [])
      },
      clock,
    )
    const series = source.read(...RUN)
    await asked
    await source.close()
    expect((await series)[0]?.noData).toBe('CloudWatch has no CPUUtilization for the time of the run')
  })
})

describe('why there is no data', () => {
  const why = async (answer: AwsAnswer, run: readonly [number, number] = RUN): Promise<unknown> =>
    (await (await open(configOf(ECS, CPU), answer)).source.read(...run))[0]?.noData

  it('is said', async () => {
    const nothing: AwsAnswer = (call) => metricData(call, () => [])
    expect(await why(nothing)).toBe('CloudWatch has no CPUUtilization for the time of the run')
    expect(await why(nothing, [100_000, 140_000])).toBe('no period of 60s lies mostly within the run')
    expect(
      await why(() => {
        throw new Error('not authorized to perform: cloudwatch:GetMetricData')
      }),
    ).toBe('CloudWatch could not be read: not authorized to perform: cloudwatch:GetMetricData')
    expect(
      await why(() => ({
        MetricDataResults: [
          { Id: 'm0', StatusCode: 'Forbidden', Messages: [{ Code: 'Denied', Value: 'other account' }] },
        ],
      })),
    ).toBe('CloudWatch refused CPUUtilization: Forbidden: other account')
  })
})

describe('scale-outs', () => {
  const metrics = {
    tasks: { metric: 'RunningTaskCount' },
    begun: { metric: 'ScaleOutsBegun' },
    ready: { metric: 'ScaleOutsReady' },
  }
  const activity = (second: number, count: number, changes: object = {}): object => ({
    ActivityId: String(second),
    ServiceNamespace: 'ecs',
    ResourceId: 'service/shop/api',
    ScalableDimension: 'ecs:service:DesiredCount',
    Description: `Setting desired count to ${count}.`,
    Cause: 'monitor alarm TargetTracking-service/shop/api-AlarmHigh-1 in state ALARM triggered policy p',
    StartTime: second,
    EndTime: second + 40,
    StatusCode: 'Successful',
    ...changes,
  })
  const series = async (...pages: object[][]): Promise<{ server: AwsServer; read: OutsideSeries[] }> => {
    const { source, server } = await open(configOf(ECS, metrics), (call: AwsCall) => {
      if (call.operation === 'GetMetricData') return metricData(call, () => minutes([2, 4]))
      const page = Number(call.input.NextToken ?? 0)
      return {
        ScalingActivities: pages[page] ?? [],
        ...(page + 1 < pages.length && { NextToken: String(page + 1) }),
      }
    })
    return { server, read: await source.read(...RUN) }
  }

  it('are not counted where there are more of them than can be read', async () => {
    const { read } = await series(...Array.from({ length: 21 }, () => [activity(150, 6)]))
    expect(read.find(({ metric }) => metric === 'begun')).toMatchObject({
      points: [],
      noData: 'scaling activities could not be read: there are more than 20 pages of them',
    })
  })

  it('are counted when they are decided and when their tasks run, in the order of time', async () => {
    const { server, read } = await series(
      [activity(200, 8), activity(150, 6), activity(120, 3)],
      [activity(20, 4)],
    )
    expect(read.map(({ metric, points }) => [metric, points])).toEqual([
      ['tasks', [[150_000, 4]]],
      [
        'begun',
        [
          [90_000, 0],
          [150_000, 1],
          [200_000, 2],
          [240_000, 2],
        ],
      ],
      [
        'ready',
        [
          [90_000, 0],
          [190_000, 1],
          [240_000, 2],
          [240_000, 2],
        ],
      ],
    ])
    expect(server.calls.find(({ operation }) => operation === 'DescribeScalingActivities')?.input).toEqual({
      ServiceNamespace: 'ecs',
      ResourceId: 'service/shop/api',
    })
  })

  it('are told from scale-ins by the count before, or else by the alarm', async () => {
    const low = { Cause: 'monitor alarm TargetTracking-service/shop/api-AlarmLow-1 in state ALARM' }
    expect((await series([activity(150, 6, low)])).read[1]?.points).toEqual([
      [90_000, 0],
      [240_000, 0],
    ])
    expect((await series([activity(150, 6)])).read[1]?.points[1]).toEqual([150_000, 1])
  })

  it('are not ready before all of their tasks run', async () => {
    const { read } = await series([activity(150, 6, { StatusCode: 'InProgress', EndTime: undefined })])
    expect(read[1]?.points).toHaveLength(3)
    expect(read[2]?.points).toEqual([
      [90_000, 0],
      [240_000, 0],
    ])
  })

  it('have no data where the service has never been scaled', async () => {
    expect((await series([])).read.slice(1).map(({ noData }) => noData)).toEqual([
      'service/shop/api has no scaling activities',
      'service/shop/api has no scaling activities',
    ])
  })
})
