import { describe, expect, it } from 'vitest'
import { keyFigures } from '../../../../../aggregator/report/model/key-figures.ts'
import { summaryOf, verdictOf, type Written } from '../../../../fixtures/judged-run.ts'
import { planOf, type Samples } from '../../../../fixtures/synthetic-run.ts'

function figuresOf(samples: readonly Samples[]): Record<string, string> {
  const plan = planOf()
  const written: Written[] = [{ seq: 0, samples }]
  const all = keyFigures(verdictOf({ plan, written }), summaryOf(plan, written))
  return Object.fromEntries(
    all.flatMap(({ title, figures }) => figures.map(({ label, value }) => [`${title} ${label}`, value])),
  )
}

const started = (count: number): Samples => ({
  metric: 'iteration_start_lag',
  values: Array.from({ length: count }, () => 1),
})

describe('the shares of the key figures', () => {
  it('dropped is out of all iterations that were due: those that ended, that were interrupted, and the dropped', () => {
    const figures = figuresOf([
      started(10),
      { metric: 'iterations', sum: 5 },
      { metric: 'iteration_failed', trues: 0, total: 5 },
      { metric: 'interrupted_iterations', sum: 5 },
      { metric: 'dropped_iterations', sum: 40 },
    ])
    expect(figures['iterations dropped']).toBe('80 % (40)')
  })

  it('failed iterations are out of those that ended, not of those that were interrupted or dropped', () => {
    const figures = figuresOf([
      started(20),
      { metric: 'iterations', sum: 10 },
      { metric: 'iteration_failed', trues: 5, total: 10 },
      { metric: 'interrupted_iterations', sum: 10 },
      { metric: 'dropped_iterations', sum: 80 },
    ])
    expect(figures['iterations failed']).toBe('50 % (5)')
  })

  it('failed requests are out of those that were served or failed, as the row on them has it', () => {
    const figures = figuresOf([
      { metric: 'http_reqs', tags: { status: '200' }, sum: 30 },
      { metric: 'http_reqs', tags: { status: '0', error: 'interrupted' }, sum: 60 },
      { metric: 'http_req_failed', trues: 10, total: 30 },
    ])
    expect(figures['requests total']).toBe('90')
    expect(figures['requests failed']).toBe('33.3 % (10)')
  })

  it('is no share of nothing', () => {
    expect(figuresOf([started(0)])['iterations dropped']).toBe('–')
  })
})
