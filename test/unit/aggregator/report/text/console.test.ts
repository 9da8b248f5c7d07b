import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { consoleReport } from '../../../../../aggregator/report/text/console.ts'
import { progressBlock, progressLine } from '../../../../../aggregator/report/text/progress.ts'
import { clip, columnsOf, flow, plain } from '../../../../../aggregator/report/text/terminal.ts'
import type { Live } from '../../../../../lib/core/results/live.ts'
import type { State } from '../../../../../lib/core/results/verdict.ts'
import { silence } from '../../../../fixtures/summary.ts'
import { codepalRun, judged } from '../../../../fixtures/verdict.ts'

const files = ['runs/r1/report.html']
const STATES: readonly State[] = ['pass', 'warn', 'fail', 'inconclusive']

function linesOf(state: State, width: number, color = false): string[] {
  const { verdict, summary } = codepalRun(state)
  return consoleReport(verdict, summary, { color, width, files }).split('\n')
}

describe('the verdict on a terminal', () => {
  it.each(STATES)('fits 100 columns and about 55 lines when it is %s', (state) => {
    const lines = linesOf(state, 100)
    expect(lines.filter((line) => columnsOf(line) > 100)).toEqual([])
    expect(lines.length).toBeLessThanOrEqual(56)
  })

  it.each([60, 80])('does not wrap at %i columns', (width) => {
    for (const state of STATES)
      expect(linesOf(state, width).filter((line) => columnsOf(line) > width)).toEqual([])
  })

  it.each([60, 80, 100])('does not wrap at %i columns when every name is long', (width) => {
    const { verdict, summary } = codepalRun('fail')
    const long = '東京 long '.repeat(20)
    const thresholds = verdict.thresholds.map((row) => ({
      ...row,
      ...{ title: long, group: long, unit: 'requests-per-fortnight', reason: long },
    }))
    const named = { ...verdict, scenario: long, target: long, reasons: [long], thresholds }
    const lines = consoleReport(named, summary, { color: false, width, files }).split('\n')
    expect(lines.filter((line) => columnsOf(line) > width)).toEqual([])
  })

  it('has a line for each experiment, and none where there is no experiment', () => {
    const { verdict, summary } = codepalRun('fail')
    const planned = { template: 'EXT1', stage: 'spike', actions: 1, fromMs: 30_000, toMs: 60_000 }
    const experiments = [
      { ...planned, name: 'kill', state: 'stopped' as const, startedMs: 30_000, endedMs: 60_000 },
      { ...planned, name: 'loss', state: 'not-started' as const, reason: 'no right' },
    ]
    const lines = consoleReport(verdict, { ...summary, experiments }, { color: false, width: 80, files })
      .split('\n')
      .map((line) => line.trimEnd())
    const first = lines.indexOf('  experiments kill 30s to 1m, stopped')
    expect(lines[first + 1]).toBe('              loss not started: no right')
    expect(linesOf('fail', 80).join('\n')).not.toContain('experiments')
  })

  it('begins with the state, the scenario and the reasons', () => {
    const lines = linesOf('fail', 100)
    expect(lines[0]).toBe(
      ' ✗ FAIL  codepal / elasticity · staging · https://api.staging.codepal.example · 1h10m',
    )
    expect(lines.slice(2, 6)).toEqual([
      '  requests served: limit broken',
      '  p95 API response time: limit broken',
      '  p99 API response time: limit broken',
      '  and 9 more',
    ])
  })

  it('lists what failed before what warned, with measured value, limit and target', () => {
    const rows = linesOf('fail', 100).filter((line) => /^ {2}[✗!?] /.test(line))
    expect(rows).toHaveLength(13)
    expect(rows.slice(0, 3).every((line) => line.startsWith('  ✗'))).toBe(true)
    expect(rows[1]).toMatch(/p95 API response time +300 ms +≤ 250 ms +< 200 ms +first at 50m21s$/)
  })

  it('shows every row that passed, in short', () => {
    const text = linesOf('fail', 100).join('\n')
    expect(text.match(/✓ /g)).toHaveLength(13)
    expect(text).toContain('✓ Redis throughput 16,139 ops/s')
  })

  it('gives the key figures and the places of the reports', () => {
    const text = linesOf('fail', 100).join('\n')
    expect(text).toContain('  requests    total 5,497,721   per second 1,309   failed 0.127 % (7,009)')
    expect(text).toContain('  latency     p50 114 ms   p95 300 ms   p99 570 ms   max 5.82 s')
    expect(text).toContain('  coverage    of plan 99.998 %   generators 2 of 2')
    expect(text).not.toContain('$')
    expect(text).toContain('  reports     runs/r1/report.html')
  })

  it('tells the cost of a run that has one', () => {
    const { verdict, summary } = codepalRun('pass')
    const cost = { quotedUsd: 1.25, accruedUsd: 0 }
    const text = consoleReport({ ...verdict, cost }, summary, { color: false, width: 100, files })
    expect(text).toContain('  cost        accrued $0.00   quoted $1.25')
  })

  it('has failures in red, and none of them where there are none', () => {
    const red = (state: State, label: string): boolean =>
      linesOf(state, 100, true).some((line) => line.includes(`${label}\u001b[22m \u001b[1m\u001b[31m`))
    expect([red('fail', 'failed'), red('pass', 'total')]).toEqual([true, false])
    const { verdict, summary } = codepalRun('pass')
    const clean = { ...verdict, requests: { ...verdict.requests, failed: 0 } }
    const lines = consoleReport(clean, summary, { color: true, width: 100, files }).split('\n')
    const [requests] = lines.filter((line) => stripVTControlCharacters(line).startsWith('  requests'))
    expect(requests).toContain('failed')
    expect(requests).not.toContain('\u001b[31m')
  })

  it('names the page by its whole path, and other files beside it by name', () => {
    const { verdict, summary } = codepalRun('pass')
    const long = `/${'d'.repeat(90)}/report.html`
    const places = [`/${'d'.repeat(90)}/verdict.json`, long, '/elsewhere/junit.xml']
    const lines = consoleReport(verdict, summary, { color: false, width: 80, files: places }).split('\n')
    expect(lines.slice(-2)).toEqual([
      `  reports     ${long}`,
      '              verdict.json   /elsewhere/junit.xml',
    ])
  })

  it('has colours only if asked, and the same words with them', () => {
    const colored = linesOf('warn', 100, true)
    const bare = linesOf('warn', 100)
    expect(colored.join('')).not.toBe(bare.join(''))
    expect(colored.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(
      bare.map((line) => line.trimEnd()),
    )
  })

  it('is written for a run without any request', () => {
    const summary = silence()
    const text = consoleReport(judged(summary), summary, { color: false, width: 100, files })
    expect(text).toContain(' ? INCONCLUSIVE ')
    expect(text).toContain('latency     p50 –   p95 –   p99 –   max –')
  })

  it('prints no control characters of a hostile name', () => {
    const { verdict, summary } = codepalRun('fail')
    const hostile = { ...verdict, scenario: 'a\u001b[2J\u009b31mb\nc', reasons: ['x\u001b]0;title\u0007y'] }
    const text = consoleReport(hostile, summary, { color: false, width: 100, files })
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})

describe('text for a terminal', () => {
  it('is measured in columns, not characters', () => {
    expect([columnsOf('abc'), columnsOf('東京'), columnsOf('\u001b[31mred\u001b[39m')]).toEqual([3, 4, 3])
  })

  it('is cut with an ellipsis', () => {
    expect([clip('abcdef', 6), clip('abcdef', 4), clip('東京都', 4), clip('abc', 0)]).toEqual([
      'abcdef',
      'abc…',
      '東…',
      '',
    ])
  })

  it('flows in whole cells', () => {
    expect(flow(['one', 'two', 'three'], '  ', 8)).toEqual(['one  two', 'three'])
  })

  it('stays on one line', () => {
    expect(plain('a\n\tb\u0000')).toBe('a b')
  })
})

describe('progress', () => {
  const live: Live = {
    run: 'codepal-8f2c',
    elapsedMs: 2_530_000,
    durationMs: 4_200_000,
    stage: 'spike',
    users: 6_420,
    requestsPerSecond: 5_910.3,
    p95Ms: 231.4,
    failedShare: 0.00041,
    generatorsUp: 2,
    generatorsPlanned: 3,
    worst: { title: 'p95 API', value: 250.04, unit: 'ms', limit: 'p(95)<=250', state: 'fail' },
  }

  it('as a block has bar, figures and the worst threshold', () => {
    expect(progressBlock(live, { color: false, width: 80 }).split('\n')).toEqual([
      `codepal-8f2c${' '.repeat(57)}stage spike`,
      `${'━'.repeat(34)}${'─'.repeat(24)}  42m10s / 1h10m  60 %`,
      'users 6,420   requests 5,910/s   p95 231 ms   errors 0.041 %   generators 2 of 3',
      '✗ p95 API 250.04 ms, limit ≤ 250 ms',
    ])
  })

  it('never grows wider than the terminal or past its end', () => {
    const late = { ...live, run: 'r'.repeat(90), elapsedMs: 9_000_000, stopping: true }
    const lines = progressBlock(late, { color: false, width: 60 }).split('\n')
    expect(lines.filter((line) => columnsOf(line) > 60)).toEqual([])
    expect(lines[0]).toMatch(/… stopping$/)
    expect(lines[1]).toMatch(/100 %$/)
  })

  it('says why the series of the run are missing in CloudWatch, where they are', () => {
    const unpublished = 'AccessDenied: not authorised'
    const text = `! series missing in CloudWatch: ${unpublished}`
    const lines = progressBlock({ ...live, unpublished }, { color: false, width: 80 }).split('\n')
    expect(lines.at(-1)).toBe(text)
    expect(progressLine({ ...live, unpublished })).toMatch(
      /limit ≤ 250 ms · ! series missing in CloudWatch: A/,
    )
  })

  it('as a line says the same for a log', () => {
    expect(progressLine(live)).toBe(
      '42m10s of 1h10m · stage spike · users 6,420 · requests 5,910/s · p95 231 ms · errors 0.041 % · generators 2 of 3 · ✗ p95 API 250.04 ms, limit ≤ 250 ms',
    )
  })
})
