import { describe, expect, it } from 'vitest'
import { live } from '../../../../aggregator/live/watch.ts'
import type { Threshold } from '../../../../lib/core/metrics/threshold.ts'
import type { Row, Verdict } from '../../../../lib/core/results/verdict.ts'
import { mergeOf, verdictOf, type Written } from '../../../fixtures/judged-run.ts'
import { planOf, type Samples, START_AT_MS } from '../../../fixtures/synthetic-run.ts'

const rate = (metric: string, trues: number, total: number, tags = {}): Samples => ({
  metric,
  tags,
  trues,
  total,
})
const WELL: Samples[] = [{ metric: 'http_reqs', sum: 1 }, rate('iteration_failed', 0, 10)]

/** A whole run of one slice that did this. */
function judged(samples: readonly Samples[], thresholds: Threshold[] = []): Verdict {
  const whole = Array.from({ length: 7 }, (_, seq): Written => ({ seq, samples: seq === 0 ? samples : [] }))
  return verdictOf({ plan: planOf({ slices: 1, thresholds }), written: whole })
}

const builtIn = ({ thresholds }: Verdict): [metric: string, state: string][] =>
  thresholds.filter((row) => row.builtIn).map(({ metric, state }) => [metric, state])
const rowOn = ({ thresholds }: Verdict, metric: string): Row | undefined =>
  thresholds.find((row) => row.builtIn && row.metric === metric)

describe('what a scenario has no threshold on', () => {
  it.each([
    'http_req_failed',
    'ws_session_failed',
    'tcp_session_failed',
    'stream_failed',
    'rpc_failed',
    'iteration_failed',
  ])('fails the run where more than 5 %% of %s are true', (metric) => {
    const run = (trues: number): Verdict =>
      judged([...WELL.filter((one) => one.metric !== metric), rate(metric, trues, 100)])
    expect(run(5).state).toBe('pass')
    expect(run(6).state).toBe('fail')
    expect(rowOn(run(6), metric)).toMatchObject({ value: 0.06, limit: 'rate<=0.05', group: 'built in' })
  })

  it('fails the run by a check that holds less than 95 % of the time, however well the others hold', () => {
    const others = rate('checks', 10_000, 10_000, { check: 'status is 200' })
    const run = (trues: number): Verdict =>
      judged([...WELL, others, rate('checks', trues, 100, { check: 'has a price' })])
    expect(run(95).state).toBe('pass')
    const failed = run(46)
    expect(failed.state).toBe('fail')
    expect(failed.reasons).toEqual([
      'Each check held: rate 46 %, limit ≥ 95 % (built in): "has a price" held 46 of 100 times',
    ])
    expect(rowOn(failed, 'checks')).toMatchObject({ value: 0.46, samples: 10_100, worstSamples: 100 })
  })

  it('counts a check by its name, over all flows', () => {
    const run = judged([
      ...WELL,
      rate('checks', 40, 50, { check: 'paid', flow: 'buy' }),
      rate('checks', 50, 50, { check: 'paid', flow: 'gift' }),
    ])
    expect(rowOn(run, 'checks')).toMatchObject({ value: 0.9, worstSamples: 100 })
  })

  it('names where most of it failed, and how much more there is', () => {
    const steps = [70, 5, 40, 10, 0].map((trues, i) =>
      rate('http_req_failed', trues, 100, { flow: 'buy', name: `GET /${i}`, status: '503' }),
    )
    const served = rate('http_req_failed', 0, 30, { flow: 'buy', name: 'GET /0', status: '200' })
    expect(judged([...WELL, ...steps, served]).reasons).toEqual([
      'Requests that failed: rate 23.6 %, limit ≤ 5 % (built in): buy: GET /0 failed 70 of 130 times, ' +
        'buy: GET /2 failed 40 of 100 times, buy: GET /3 failed 10 of 100 times, and 1 more',
    ])
  })

  it('has a row only where the run did what it judges, but always one on iterations', () => {
    expect(builtIn(judged([...WELL]))).toEqual([['iteration_failed', 'pass']])
    expect(builtIn(judged([{ metric: 'http_reqs', sum: 1 }]))).toEqual([['iteration_failed', 'no-data']])
    expect(
      builtIn(judged([...WELL, rate('rpc_failed', 0, 9), rate('checks', 9, 9, { check: 'a' })])),
    ).toEqual([
      ['iteration_failed', 'pass'],
      ['rpc_failed', 'pass'],
      ['checks', 'pass'],
    ])
  })

  it('is judged while the run goes on, too', () => {
    const plan = planOf({ slices: 1 })
    const merge = mergeOf(plan, [{ seq: 0, samples: [...WELL, rate('http_req_failed', 9, 10)] }])
    expect(live(plan, merge, START_AT_MS + 11_000).worst).toEqual({
      title: 'Requests that failed',
      value: 0.9,
      unit: 'share',
      limit: 'rate<=0.05',
      state: 'fail',
    })
  })
})

describe('a threshold of the scenario', () => {
  const failing = [...WELL, rate('http_req_failed', 43, 100, { flow: 'buy' })]

  it.each<[string, Partial<Threshold>]>([
    ['a limit', { limit: 'rate<0.5' }],
    ['a target alone', { target: 'rate<0.5' }],
    ['windows', { limit: 'rate<0.5', over: '10s' }],
  ])('replaces the built-in one where it is on the whole metric: with %s', (_, changes) => {
    const verdict = judged(failing, [{ metric: 'http_req_failed', ...changes }])
    expect(builtIn(verdict)).toEqual([['iteration_failed', 'pass']])
    expect(verdict.state).toBe('pass')
  })

  it.each<[string, Partial<Threshold>]>([
    ['tags', { metric: 'http_req_failed{flow:buy}' }],
    ['a stage', { stage: 'ramp' }],
  ])('on some of a metric, by %s, leaves the rest to the built-in one', (_, changes) => {
    const verdict = judged(failing, [{ metric: 'http_req_failed', limit: 'rate<0.5', ...changes }])
    expect(builtIn(verdict)).toEqual([
      ['iteration_failed', 'pass'],
      ['http_req_failed', 'fail'],
    ])
    expect(verdict.state).toBe('fail')
  })

  it('on a check by its name takes that check out of the built-in one, and no other', () => {
    const checks = [
      rate('checks', 30, 100, { check: 'may be late' }),
      rate('checks', 90, 100, { check: 'paid' }),
    ]
    const own: Threshold = { metric: 'checks{check:may be late}', limit: 'rate>0.2' }
    const verdict = judged([...WELL, ...checks], [own])
    expect(rowOn(verdict, 'checks')).toMatchObject({ value: 0.9, state: 'fail', samples: 100 })
    expect(verdict.reasons[0]).toContain('"paid" held 90 of 100 times')
    const partial = { ...own, metric: 'checks{check:may be late,flow:buy}', noData: 'pass' } as const
    expect(rowOn(judged([...WELL, ...checks], [partial]), 'checks')).toMatchObject({ value: 0.3 })
  })

  it('never disappears, whatever the run did', () => {
    const own: Threshold = { metric: 'ws_session_failed', limit: 'rate<0.1', noData: 'pass' }
    expect(judged(WELL, [own]).thresholds.map(({ metric, state }) => [metric, state])).toEqual([
      ['ws_session_failed', 'no-data'],
      ['iteration_failed', 'pass'],
    ])
  })
})
