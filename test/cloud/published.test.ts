import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch'
import { StopExecutionCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planSchema } from '../../lib/core/plan/plan.ts'
import { PUBLISHED_GAUGES, publishedMetrics } from '../../lib/core/results/published.ts'
import {
  client,
  ended,
  readJson,
  readSummary,
  readVerdict,
  start,
  stepFunctions,
  underLoad,
  withTarget,
} from './deployment.ts'
import { EventQueue } from './event-queue.ts'

/** The stack's name. */
const NAMESPACE = 'Volley'
/** No other cloud test makes load of this profile. */
const LOAD = { scenario: 'codepal', profile: 'smoke', duration: '25s', generators: 3, seed: 7 }
const DIMENSIONS = [
  { Name: 'Scenario', Value: 'codepal' },
  { Name: 'Profile', Value: 'smoke' },
]

const cloudWatch = new CloudWatchClient(client)
afterAll(() => cloudWatch.destroy())

let queue: EventQueue
beforeAll(async () => {
  queue = await EventQueue.open()
})

/** A statistic of a series in every minute around a run. */
async function minutesOf(metric: string, statistic: string, atMs: number): Promise<number[]> {
  const { MetricDataResults } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(atMs - 600_000),
      EndTime: new Date(atMs + 600_000),
      MetricDataQueries: [
        {
          Id: 'm',
          MetricStat: {
            Metric: { Namespace: NAMESPACE, MetricName: metric, Dimensions: DIMENSIONS },
            Period: 60,
            Stat: statistic,
          },
        },
      ],
    }),
  )
  return MetricDataResults?.[0]?.Values ?? []
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

describe('a run that is watched in CloudWatch', () => {
  it('has published every sample once when it is over, and no series that it did not announce', async () => {
    await withTarget(async (target) => {
      await ended(await start('published', { ...LOAD, target: target.url }))
    })
    const { metrics, startedAt } = await readSummary('published')
    const sum = async (metric: string, statistic: string): Promise<number> =>
      sumOf(await minutesOf(metric, statistic, startedAt))
    const { requests, iterations } = await readVerdict('published')
    expect(requests.count).toBeGreaterThan(50)
    expect(await sum('http_reqs', 'Sum')).toBe(requests.count)
    expect(await sum('iterations', 'Sum')).toBe(iterations.count)
    const { values } = metrics.http_req_duration as NonNullable<typeof metrics.http_req_duration>
    if (values.kind !== 'trend') throw new TypeError('durations are a trend')
    expect(await sum('http_req_duration', 'SampleCount')).toBe(values.count)
    const average = (await sum('http_req_duration', 'Sum')) / values.count
    expect(Math.abs(average / values.avg - 1)).toBeLessThan(0.001)
    const slowest = Math.max(...(await minutesOf('http_req_duration', 'Maximum', startedAt)))
    expect(Math.abs(slowest / values.max - 1)).toBeLessThan(0.001)
    expect(Math.max(...(await minutesOf('vus', 'Maximum', startedAt)))).toBe(10)
    expect(Math.max(...(await minutesOf('generators_up', 'Maximum', startedAt)))).toBe(3)
  })

  it('keeps to the series of its plan', async () => {
    const plan = planSchema.parse(await readJson('runs/published/plan.json'))
    const listed = await cloudWatch.send(
      new ListMetricsCommand({ Namespace: NAMESPACE, Dimensions: DIMENSIONS }),
    )
    const names = (listed.Metrics ?? []).map(({ MetricName }) => MetricName)
    const announced = [...publishedMetrics(plan), ...Object.keys(PUBLISHED_GAUGES)]
    expect(announced).toHaveLength(24)
    expect(names.filter((name) => !announced.includes(name ?? ''))).toEqual([])
    expect(names.length).toBeGreaterThan(15)
  })
})

describe('the end of a run', () => {
  it('is an event with its verdict', async () => {
    const verdict = await readVerdict('published')
    expect(await queue.endOf('published')).toMatchObject({
      deployment: 'Volley',
      scenario: 'codepal',
      profile: 'smoke',
      state: verdict.state,
      reasons: verdict.reasons,
      cost: verdict.cost,
      report: 'runs/published/report.html',
    })
  })

  it('is an event when it was refused', async () => {
    await ended(await start('refused-told', { scenario: 'codepal', profile: 'smok' }))
    const end = await queue.endOf('refused-told')
    expect(end).toMatchObject({ state: 'failed' })
    expect(end.reasons.join()).toContain('smok')
  })

  it('is an event when its execution was aborted', async () => {
    await withTarget(async (target) => {
      const executionArn = await start('aborted-told', { ...LOAD, duration: '60s', target: target.url })
      await underLoad(target)
      await stepFunctions.send(new StopExecutionCommand({ executionArn }))
      expect(await queue.endOf('aborted-told')).toMatchObject({
        scenario: 'codepal',
        profile: 'smoke',
        state: 'failed',
        reasons: ['its execution was aborted'],
      })
    })
  })
})
