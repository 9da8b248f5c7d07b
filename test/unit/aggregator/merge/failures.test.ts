import { describe, expect, it } from 'vitest'
import type { SnapshotIncidents } from '../../../../lib/core/results/incident.ts'
import { summarySchema } from '../../../../lib/core/results/summary.ts'
import { summaryOf } from '../../../fixtures/judged-run.ts'
import { planOf } from '../../../fixtures/synthetic-run.ts'

const plan = planOf()
const pay = { flow: 'buy', name: 'POST /pay', method: 'POST' }

describe('the failures of a run', () => {
  it('are counted by step and cause, out of all that the step was asked for', () => {
    const { failures } = summaryOf(plan, [
      {
        seq: 0,
        samples: [
          { metric: 'http_req_failed', tags: { ...pay, status: '200' }, trues: 0, total: 6 },
          { metric: 'http_req_failed', tags: { ...pay, status: '503' }, trues: 2, total: 2 },
          { metric: 'http_req_failed', tags: { ...pay, status: '404' }, trues: 1, total: 3 },
          { metric: 'http_req_failed', tags: { ...pay, status: '0', error: 'timeout' }, trues: 1, total: 1 },
          { metric: 'ws_session_failed', tags: { flow: 'chat', name: 'WS /feed' }, trues: 0, total: 1 },
          {
            metric: 'rpc_failed',
            tags: { flow: 'ask', name: 'add', error: 'rpc_timeout' },
            trues: 1,
            total: 1,
          },
          { metric: 'iteration_failed', tags: { flow: 'buy' }, trues: 0, total: 4 },
        ],
      },
      {
        seq: 1,
        samples: [
          // One more tag is of the same step.
          { metric: 'http_req_failed', tags: { ...pay, status: '503', region: 'eu' }, trues: 3, total: 3 },
          { metric: 'iteration_failed', tags: { flow: 'buy', error: 'no_token' }, trues: 2, total: 2 },
        ],
      },
    ])
    const request = { where: 'request', ...pay, total: 15 }
    expect(failures).toEqual([
      { ...request, status: '503', count: 5 },
      { where: 'iteration', flow: 'buy', name: '', error: 'no_token', count: 2, total: 6 },
      { where: 'call', flow: 'ask', name: 'add', error: 'rpc_timeout', count: 1, total: 1 },
      { ...request, error: 'timeout', count: 1 },
      { ...request, status: '404', count: 1 },
    ])
  })
})

describe('what was told of a run', () => {
  const incident = { where: 'iteration' as const, error: 'type_error', flow: 'buy', name: '', message: 'no' }
  const line = { ...incident, where: 'console' as const, error: 'warn', flow: '', message: 'low stock' }
  const incidents: SnapshotIncidents = {
    seen: [
      { ...incident, count: 3, first: { atMs: 1, stack: [{ place: 'shop.ts:3:7' }] } },
      { ...line, count: 2, first: { atMs: 5, stack: [{ place: 'shop.ts:4:1' }] } },
      { ...line, message: 'earlier', count: 1, first: { atMs: 2 } },
    ],
    leftOut: [
      { where: 'iteration', count: 4 },
      { where: 'console', count: 7 },
    ],
  }

  it('is in the summary: failures by their count, lines on the console by their time', () => {
    const summary = summaryOf(plan, [
      { seq: 0, incidents },
      { seq: 0, slice: 1, incidents },
    ])
    expect(summary.incidents).toEqual([
      { ...incident, count: 6, first: { atMs: 1, stack: [{ place: 'shop.ts:3:7' }] } },
    ])
    expect(summary.incidentsLeftOut).toBe(8)
    expect(summary.log).toEqual({
      lines: [
        { level: 'warn', text: 'earlier', count: 2, atMs: 2 },
        { level: 'warn', text: 'low stock', count: 4, atMs: 5, place: 'shop.ts:4:1' },
      ],
      leftOut: 14,
    })
  })

  it('is nothing in a summary of an earlier version', () => {
    const { failures, incidents: _, incidentsLeftOut, log, ...earlier } = summaryOf(plan, [{ seq: 0 }])
    const nothing = { failures: [], incidents: [], incidentsLeftOut: 0, log: { lines: [], leftOut: 0 } }
    expect({ failures, incidentsLeftOut, log }).toEqual({
      failures: [],
      incidentsLeftOut: 0,
      log: nothing.log,
    })
    expect(summarySchema.parse(earlier)).toMatchObject(nothing)
  })
})
