import { expect, it } from 'vitest'
import { countStates, groupRows, urgency, writeRow } from '../../../../../aggregator/report/model/row.ts'
import { summarySchema } from '../../../../../lib/core/results/summary.ts'
import type { Row } from '../../../../../lib/core/results/verdict.ts'
import { verdictSchema } from '../../../../../lib/core/results/verdict.ts'
import { codepalRun } from '../../../../fixtures/verdict.ts'

const { verdict } = codepalRun('fail')
const row = (changes: Partial<Row> = {}): Row => ({
  title: 'p95',
  metric: 'http_req_duration',
  aggregation: 'p(95)',
  limit: 'p(95)<=250',
  value: 312.4,
  unit: 'ms',
  state: 'fail',
  noData: 'inconclusive',
  ...changes,
})

it.each(['pass', 'warn', 'fail', 'inconclusive'] as const)(
  'the fixture of a run that is %s keeps the schemas',
  (state) => {
    const run = codepalRun(state)
    expect(run.verdict.state).toBe(state)
    expect(summarySchema.parse(run.summary)).toEqual(run.summary)
    expect(verdictSchema.parse(run.verdict)).toEqual(run.verdict)
    expect([run.verdict.thresholds.length, run.summary.steps.length, run.summary.stages.length]).toEqual([
      26, 17, 6,
    ])
  },
)

it('a row is written with the unit of what it measured', () => {
  const written = (changes: Partial<Row>) => {
    const { measured, limit } = writeRow(row(changes))
    return [measured, limit]
  }
  expect(written({})).toEqual(['312 ms', '≤ 250 ms'])
  expect(
    written({ metric: 'http_req_failed', aggregation: 'rate', limit: 'rate<=0.01', value: 0.0127, unit: '' }),
  ).toEqual(['1.27 %', '≤ 1 %'])
  expect(
    written({
      metric: 'data_received',
      aggregation: 'rate',
      limit: 'rate<1000000',
      value: 5_470_000,
      unit: 'B/s',
    }),
  ).toEqual(['5.47 MB/s', '< 1 MB/s'])
  expect(
    written({ metric: 'http_reqs', aggregation: 'rate', limit: 'rate>100', value: 1_309, unit: '/s' }),
  ).toEqual(['1,309/s', '> 100/s'])
  expect(
    written({ metric: 'running_tasks', aggregation: 'rise', limit: 'rise<=5000', value: 3_400, unit: 'ms' }),
  ).toEqual(['3.4 s', '≤ 5 s'])
  expect(written({ aggregation: 'count', limit: 'count>100', value: 4_000, unit: '' })).toEqual([
    '4,000',
    '> 100',
  ])
})

it('a row says what it is about, and since when its limit is broken', () => {
  const { about, remark } = writeRow(
    row({ selector: { flow: 'login' }, stage: ['peak', 'spike'], over: '1m', firstFailedAtMs: 3_021_000 }),
  )
  expect(about).toBe('http_req_duration{flow:login} p(95) · in peak, spike · worst 1m of the run')
  expect(remark).toBe('first at 50m21s')
})

it('a row that is built in says so, and does not put those of the scenario beside groups', () => {
  const builtIn = row({ group: 'built in', builtIn: true })
  expect(writeRow(builtIn).about).toBe('http_req_duration p(95) · built in')
  expect(groupRows([row({ state: 'pass' }), builtIn]).map(({ title }) => title)).toEqual([
    'built in',
    'thresholds',
  ])
})

it('a row that passed says what it had to do without', () => {
  expect(writeRow(row({ state: 'pass', reason: '3 of 9 points are missing' })).remark).toBe(
    '3 of 9 points are missing',
  )
})

it('a row without data says so and why', () => {
  const written = writeRow(row({ value: null, state: 'no-data', reason: 'no samples' }))
  expect([written.measured, written.remark]).toEqual(['no data', 'no samples'])
})

it('a failed row without a value has no figure', () => {
  expect(writeRow(row({ value: null, state: 'fail' })).measured).toBe('–')
})

it('missing data is as urgent as what it does to the verdict', () => {
  const silent = (noData: Row['noData']) => urgency(row({ state: 'no-data', noData }))
  expect([silent('fail'), silent('inconclusive'), silent('warn'), silent('pass')]).toEqual([0, 1, 2, 3])
  expect([urgency(row()), urgency(row({ state: 'warn' })), urgency(row({ state: 'pass' }))]).toEqual([
    0, 2, 4,
  ])
})

it('groups and their rows stand worst first, and no row is lost', () => {
  const groups = groupRows(verdict.thresholds)
  expect(groups.map(({ title }) => title).slice(0, 3)).toEqual(['error recovery', 'latency', 'autoscaling'])
  expect(groups[1]?.rows.map(({ row: { state } }) => state)).toEqual(['fail', 'fail', 'warn', 'pass'])
  expect(groups.flatMap(({ rows }) => rows)).toHaveLength(26)
  expect(countStates(verdict.thresholds)).toEqual({ fail: 3, warn: 8, 'no-data': 2, pass: 13 })
})

it('rows without a group are called thresholds, or other beside groups', () => {
  expect(groupRows([row()]).map(({ title }) => title)).toEqual(['thresholds'])
  expect(groupRows([row({ group: 'latency' }), row()]).map(({ title }) => title)).toEqual([
    'latency',
    'other',
  ])
})
