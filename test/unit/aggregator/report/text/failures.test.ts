import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { errorClasses, failedSteps, failureRows } from '../../../../../aggregator/report/model/failures.ts'
import { failureLines } from '../../../../../aggregator/report/text/console-failures.ts'
import { columnsOf } from '../../../../../aggregator/report/text/terminal.ts'
import type { Incident } from '../../../../../lib/core/results/incident.ts'
import type { Failure, Summary } from '../../../../../lib/core/results/summary.ts'
import { silence } from '../../../../fixtures/summary.ts'

function failure(changes: Partial<Failure>): Failure {
  const method = changes.where === undefined ? { method: 'POST' } : {}
  return { where: 'request', flow: 'buy', name: 'POST /pay', ...method, count: 1, total: 10, ...changes }
}

function incident(changes: Partial<Incident>): Incident {
  return {
    where: 'iteration',
    error: 'type_error',
    flow: 'buy',
    name: '',
    message: 'no',
    count: 1,
    ...changes,
  }
}

const exchange = { method: 'POST', url: 'http://a/pay', status: 503, headers: {}, bodyBytes: 20 }
const summary: Summary = {
  ...silence(),
  failures: [
    failure({ status: '503', count: 1_100, total: 1_304 }),
    failure({ error: 'timeout', count: 104, total: 1_304 }),
    failure({ where: 'iteration', name: '', error: 'type_error', count: 7, total: 20 }),
    failure({ where: 'call', flow: 'ask', name: 'tools/list', error: 'rpc_timeout', total: 2 }),
  ],
  checks: [
    { name: 'paid', trues: 92, total: 200 },
    { name: 'fine', trues: 5, total: 5 },
  ],
  incidents: [
    incident({
      ...{ where: 'request', error: '503', name: 'POST /pay', message: '503 Service Unavailable' },
      first: { atMs: 1, exchange: { ...exchange, body: '{"error":"no stock"}' } },
    }),
    incident({
      message: 'vu.gett is not a function',
      first: { atMs: 2, stack: [{ place: 'shop.ts:14:38' }] },
    }),
    incident({ where: 'check', error: 'paid', message: 'did not hold' }),
    incident({ where: 'unhandled', error: 'range_error', message: 'forgotten', count: 3, flow: '' }),
  ],
}

describe('failures', () => {
  it('are told by step, with all that was behind them', () => {
    expect(failedSteps(summary)).toEqual([
      {
        ...{ title: 'buy: POST /pay', failed: 1_204, total: 1_304 },
        causes: [
          { cause: '503', count: 1_100 },
          { cause: 'timeout', count: 104 },
        ],
      },
      { title: 'ask: tools/list', failed: 1, total: 2, causes: [{ cause: 'rpc_timeout', count: 1 }] },
    ])
  })

  it('are told by class, with what was said, and those that no flow waited for', () => {
    const classes = errorClasses(summary).map(({ where, error, count, incidents }) => [
      ...[where, error, count],
      incidents.map(({ message }) => message),
    ])
    expect(classes).toEqual([
      ['request', '503', 1_100, ['503 Service Unavailable']],
      ['request', 'timeout', 104, []],
      ['iteration', 'type_error', 7, ['vu.gett is not a function']],
      ['unhandled', 'range_error', 3, ['forgotten']],
      ['call', 'rpc_timeout', 1, []],
    ])
  })

  it('have the messages of their own step, and what is told apart no more those of all its steps', () => {
    const rows = failureRows({
      failures: [
        failure({ name: 'GET /a', method: 'GET', error: 'timeout', count: 3 }),
        failure({ name: '(other)', method: 'GET', error: 'timeout', count: 2 }),
        failure({ name: '(other)', method: 'GET', error: 'other', count: 1 }),
      ],
      incidents: ['GET /a', 'GET /b', 'GET /c'].map((name) =>
        incident({ where: 'request', error: 'timeout', name, message: `of ${name}` }),
      ),
    })
    expect(rows.map(({ step, incidents }) => [step, incidents.map(({ message }) => message)])).toEqual([
      ['GET /a', ['of GET /a']],
      ['GET (other)', ['of GET /b', 'of GET /c']],
      ['GET (other)', []],
    ])
  })
})

describe('failures on a terminal', () => {
  const plainLines = (width: number, of = summary) => failureLines(of, width, pc.createColors(false))

  it('are failed steps, failed checks, and errors with what they said and where', () => {
    expect(plainLines(110)).toEqual([
      '  failed steps   buy: POST /pay    92.3 %, 1,204 of 1,304   503 × 1,100, timeout × 104',
      '                 ask: tools/list   50 %, 1 of 2             rpc_timeout × 1',
      '  failed checks  paid   54 %, 108 of 200',
      '  errors         503           1,100 requests       503 Service Unavailable: {"error":"no stock"}',
      '                 timeout       104 requests',
      '                 type_error    7 iterations         shop.ts:14:38: vu.gett is not a function',
      '                 range_error   3 unhandled errors   forgotten',
      '                 rpc_timeout   1 call',
    ])
  })

  it('stand below what they are of where there is no room beside it', () => {
    expect(plainLines(60).slice(-6)).toEqual([
      '                 timeout       104 requests',
      '                 type_error    7 iterations',
      '                    shop.ts:14:38: vu.gett is not a function',
      '                 range_error   3 unhandled errors',
      '                    forgotten',
      '                 rpc_timeout   1 call',
    ])
  })

  it('have their share in red, and the same words with colours', () => {
    const colored = failureLines(summary, 110, pc.createColors(true))
    expect(colored[0]).toContain(pc.createColors(true).red('92.3 %, 1,204 of 1,304'))
    expect(colored.map(columnsOf)).toEqual(plainLines(110).map(columnsOf))
  })

  it('are five of a kind at most, and three messages of a class', () => {
    const names = Array.from({ length: 7 }, (_, i) => `step ${i}`)
    const lines = plainLines(100, {
      ...silence(),
      failures: [
        ...names.map((name) => failure({ name, method: 'GET', error: 'timeout' })),
        failure({ where: 'iteration', name: '', error: 'type_error', count: 9 }),
      ],
      incidents: ['ant', 'bee', 'cat', 'dog'].map((message) => incident({ message })),
    })
    expect(lines[5]).toBe('                 and 2 more')
    expect(lines.slice(6).map((line) => line.trimStart())).toEqual([
      'errors         type_error   9 iterations   ant',
      'bee',
      'cat',
      'and 1 more messages',
      'timeout      7 requests',
    ])
  })

  it.each([60, 80, 120])(
    'never wrap at %i columns, and print nothing that would change the terminal',
    (width) => {
      const long = `東京 \u001b[2J${'long '.repeat(60)}`
      const lines = plainLines(width, {
        ...silence(),
        failures: [failure({ flow: long, name: long, error: long })],
        checks: [{ name: long, trues: 0, total: 1 }],
        incidents: [incident({ where: 'request', error: long, message: long.replaceAll(' ', '') })],
      })
      expect(lines.filter((line) => columnsOf(line) > width)).toEqual([])
      expect(lines.join('')).not.toContain('\u001b')
    },
  )

  it('are nothing where nothing failed', () => {
    expect(plainLines(100, silence())).toEqual([])
  })
})
