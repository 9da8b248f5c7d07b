import { describe, expect, it } from 'vitest'
import { breaches } from '../../../../../aggregator/live/watch.ts'
import { junitReport } from '../../../../../aggregator/report/data/junit.ts'
import { consoleReport } from '../../../../../aggregator/report/text/console.ts'
import { markdownReport } from '../../../../../aggregator/report/text/markdown.ts'
import type { Threshold } from '../../../../../lib/core/metrics/threshold.ts'
import type { Overflow } from '../../../../../lib/core/plan/overflow.ts'
import type { Summary } from '../../../../../lib/core/results/summary.ts'
import type { Row } from '../../../../../lib/core/results/verdict.ts'
import { firstRow, mergeOf, summaryOf, verdictOf, type Written } from '../../../../fixtures/judged-run.ts'
import { planOf, type Samples, START_AT_MS } from '../../../../fixtures/synthetic-run.ts'

const overflow: Overflow = {
  flow: 'buy',
  tag: 'name',
  values: 2_800,
  examples: ['/item/1', '/item/2', '/item/3'],
  kept: ['/cart', '/pay'],
}
const failedOf = (name: string, trues: number, total: number): Samples => ({
  metric: 'http_req_failed',
  tags: { flow: 'buy', name },
  trues,
  total,
})
const REST = failedOf('(other)', 0, 30)
/** A generator that told `/cart` and `/pay` apart, and had recorded one request of `/item/1` before it could no more. */
const written: Written[] = [
  {
    seq: 0,
    overflows: [overflow],
    samples: [failedOf('/cart', 0, 10), failedOf('/pay', 9, 10), failedOf('/item/1', 60, 60), REST],
  },
]

const rowOn = (metric: string, more: Partial<Threshold> = {}, of = written): Row =>
  firstRow({ plan: planOf({ thresholds: [{ metric, limit: 'rate<0.5', ...more }] }), written: of })

describe('a row on values of which some samples may be in a rest', () => {
  it('is judged where every generator tells its value apart', () => {
    expect(rowOn('http_req_failed{name:/cart}')).toMatchObject({ state: 'pass', value: 0, samples: 10 })
    expect(rowOn('http_req_failed{flow:buy}')).toMatchObject({ state: 'fail', value: 69 / 110 })
    expect(rowOn('http_req_failed{flow:browse,name:/x}')).toMatchObject({
      reason: 'no data: no samples of http_req_failed have flow:browse,name:/x',
    })
  })

  it('has no data where it may be in the rest, says where, and leaves the verdict inconclusive', () => {
    const row = rowOn('http_req_failed{name:/item/2}', { noData: 'pass' })
    expect(row).toMatchObject({
      ...{ state: 'no-data', value: null, noData: 'inconclusive' },
      reason: 'not all data: 30 samples recorded as http_req_failed{flow:buy,name:(other)} may belong to it',
    })
    expect(row).not.toHaveProperty('samples')
    expect(rowOn('http_req_failed{name:/item/1}', { limit: 'rate<0.7' }).state).toBe('no-data')
  })

  it('fails where nothing that may be in the rest could bring it within its limit', () => {
    expect(rowOn('http_req_failed{name:/item/1}')).toMatchObject({
      ...{ state: 'fail', value: 60 / 90 },
      reason: 'at least this: 30 samples recorded as http_req_failed{flow:buy,name:(other)} may belong to it',
    })
    expect(rowOn('http_req_failed{name:/item/1}', { limit: 'rate==0.5' })).toMatchObject({ state: 'fail' })
  })

  it('counts with the rest of its own time alone', () => {
    const later: Written[] = [
      { seq: 0, overflows: [overflow], samples: [REST] },
      { seq: 3, overflows: [overflow], samples: [failedOf('/item/1', 0, 60)] },
    ]
    const of = (more: Partial<Threshold>) => rowOn('http_req_failed{name:/item/1}', more, later).state
    expect(of({ stage: 'spike' })).toBe('pass')
    expect(of({ stage: 'ramp' })).toBe('no-data')
    expect(of({ over: '10s' })).toBe('no-data')
    expect(of({})).toBe('no-data')
  })

  it('is judged by what all generators keep, in whatever order they report', () => {
    const other: Written = { seq: 0, slice: 1, overflows: [{ ...overflow, kept: ['/pay'] }], samples: [REST] }
    for (const both of [
      [...written, other],
      [other, ...written],
    ]) {
      expect(rowOn('http_req_failed{name:/pay}', {}, both).state).toBe('fail')
      expect(rowOn('http_req_failed{name:/cart}', {}, both).state).toBe('no-data')
    }
  })

  it('takes any rest for one, declared or not, and leaves alone what has another status', () => {
    const undeclared: Written[] = [{ seq: 0, samples: [failedOf('/cart', 0, 10), REST] }]
    expect(rowOn('http_req_failed{name:/cart}', {}, undeclared).state).toBe('no-data')
    expect(rowOn('http_req_failed{name:/cart,status:200}').reason).toMatch(/^no data: /)
  })

  it('is, if it judges each check, not passed where one of the rest may not have held', () => {
    const checks = (check: string, trues: number, total: number): Samples => ({
      metric: 'checks',
      tags: { flow: 'buy', check },
      trues,
      total,
    })
    const of = (...samples: Samples[]): Row | undefined => {
      const overflows = [{ ...overflow, tag: 'check', kept: ['paid'] }]
      const { thresholds } = verdictOf({ plan: planOf(), written: [{ seq: 0, overflows, samples }] })
      return thresholds.find(({ metric }) => metric === 'checks')
    }
    expect(of(checks('paid', 9, 9), checks('(other)', 99, 100))).toMatchObject({
      ...{ state: 'no-data', noData: 'inconclusive' },
      reason:
        'not all data: 100 samples recorded as checks{check:(other)} may be of a check that did not hold',
    })
    expect(of(checks('paid', 9, 9), checks('(other)', 100, 100))).toMatchObject({ state: 'pass', value: 1 })
    expect(of(checks('paid', 5, 9), checks('(other)', 99, 100))).toMatchObject({
      state: 'fail',
      value: 5 / 9,
    })
    expect(of(checks('paid', 9, 9), checks('(other)', 50, 100))).toMatchObject({ state: 'fail', value: 0.5 })
  })

  it('stops a run only where it is surely broken', () => {
    const breachesOf = (limit: string): string[] => {
      const thresholds = [{ metric: 'http_req_failed{name:/item/1}', limit, abortOnFail: true }]
      const plan = planOf({ thresholds })
      return breaches(plan, mergeOf(plan, written), START_AT_MS + 10_000)
    }
    expect(breachesOf('rate<0.7')).toEqual([])
    expect(breachesOf('rate<0.5')).toEqual(['http_req_failed{name:/item/1} rate: rate 66.7 %, limit < 50 %'])
  })
})

describe('a run whose generators could not tell all values of a tag apart', () => {
  const requests = (name: string, count: number): Samples[] => [
    { metric: 'http_reqs', tags: { flow: 'buy', name, method: 'GET', status: '200' }, sum: count },
    {
      metric: 'http_req_failed',
      tags: { flow: 'buy', name, method: 'GET', status: '200' },
      trues: 1,
      total: count,
    },
  ]
  const plan = planOf({ slices: 1 })
  const run: Written[] = [
    { seq: 0, overflows: [overflow], samples: [...requests('/cart', 5), ...requests('(other)', 70)] },
    { seq: 1, samples: requests('/item/1', 25) },
  ]
  const sentence =
    'the tag name took 2,800 values in flow buy (such as /item/1, /item/2, /item/3), too many for the 1,000 series of a ' +
    'generator: those beyond were recorded as name:(other), where totals count them and nothing tells them apart; give ' +
    'requests of one kind one name, by the option name or by a path such as /products/{id} with params'

  it('has them in one line of its tables, with what was recorded before under their names', () => {
    const { steps, series } = summaryOf(plan, run)
    expect(steps.map(({ name, count, failed }) => [name, count, failed])).toEqual([
      ['(other)', 95, 2],
      ['/cart', 5, 1],
    ])
    expect(series.map(({ metric, tags }) => [metric, tags.name])).toEqual([
      ['http_req_failed', '(other)'],
      ['http_req_failed', '/cart'],
      ['http_reqs', '(other)'],
      ['http_reqs', '/cart'],
    ])
  })

  it('says in every report which tag it is, with examples and what to do', () => {
    const verdict = verdictOf({ plan, written: run })
    const summary = summaryOf(plan, run)
    expect(verdict.reasons).toContain(sentence)
    const onConsole = consoleReport(verdict, summary, { color: false, width: 120, files: [] })
    expect(onConsole.replace(/\s+/g, ' ')).toContain(sentence)
    expect(markdownReport(verdict, summary)).toContain('the tag name took 2,800 values in flow buy')
    const passed = { ...verdict, state: 'pass' as const }
    const counted = {
      series_overflow: { unit: '', kind: 'counter', values: { kind: 'counter', count: 1, perSecond: 1 } },
    }
    const junit = junitReport(passed, {
      ...summary,
      metrics: { ...summary.metrics, ...counted } as Summary['metrics'],
    })
    expect(junit).toContain(`${sentence}</system-out>`)
    expect(junitReport(passed, summary)).not.toContain('system-out')
  })

  it('names a tag that only all generators together have too many values of', () => {
    const crowd: Written[] = Array.from({ length: 3 }, (_, slice) => ({
      ...{ seq: 0, slice },
      samples: Array.from({ length: 500 }, (_, i) => failedOf(`/item/${slice * 500 + i}`, i % 2, 1)),
    }))
    const wide = planOf({ slices: 3 })
    const { series, metrics } = summaryOf(wide, [...crowd, { seq: 1, samples: [failedOf('/cart', 0, 1)] }])
    expect(metrics.http_req_failed?.values).toMatchObject({ trues: 750, total: 1_501 })
    expect(series).toHaveLength(1_001)
    expect(series.map(({ tags }) => tags.name)).toEqual(
      expect.arrayContaining(['/cart', '/item/0', '(other)']),
    )
    expect(verdictOf({ plan: wide, written: crowd }).reasons.join('\n')).toContain(
      'the tag name took more than 1,000 values in flow buy (such as ',
    )
  })

  it('tells fewer values apart where their combinations would be too many, in whatever order they come', () => {
    const many = Array.from({ length: 60 }, (_, slice) => ({
      ...{ seq: 0, slice },
      samples: Array.from({ length: 900 }, (_, i): Samples => {
        const tags = { flow: 'buy', name: `/step/${i % 30}`, tenant: `t${slice * 30 + Math.floor(i / 30)}` }
        return { metric: 'http_req_failed', tags, trues: 0, total: 1 }
      }),
    }))
    const wide = planOf({ slices: 60 })
    const { series, metrics } = summaryOf(wide, many)
    expect(metrics.http_req_failed?.values).toMatchObject({ total: 54_000 })
    const tenants = new Set(series.flatMap(({ tags }) => tags.tenant ?? []))
    expect(tenants.size).toBe(251)
    expect(series).toHaveLength(251 * 30)
    expect(summaryOf(wide, many.toReversed()).series).toEqual(series)
  })
})
