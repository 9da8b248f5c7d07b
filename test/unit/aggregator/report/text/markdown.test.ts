import { expect, it } from 'vitest'
import { markdownReport } from '../../../../../aggregator/report/text/markdown.ts'
import type { Incident, SampleExchange } from '../../../../../lib/core/results/incident.ts'
import type { Failure } from '../../../../../lib/core/results/summary.ts'
import { silence } from '../../../../fixtures/summary.ts'
import { codepalRun, judged } from '../../../../fixtures/verdict.ts'

const { verdict, summary } = codepalRun('fail')
const text = markdownReport(verdict, summary)

it('begins with the verdict and its reasons', () => {
  expect(text.split('\n').slice(0, 5)).toEqual([
    '## ❌ fail: codepal / elasticity',
    '',
    'staging · https://api.staging.codepal.example · 1h10m · 2026-11-21 05:20:00 UTC',
    '',
    '- requests served: limit broken',
  ])
})

it('shows what did not pass and folds away what did', () => {
  const [open = '', folded = ''] = text.split('<details>')
  expect(open).toContain(
    '| ❌ p95 API response time | latency | 300 ms | ≤ 250 ms | &lt; 200 ms | first at 50m21s |',
  )
  expect(open.match(/^\| (❌|⚠️|❔) /gm)).toHaveLength(13)
  expect(folded).toContain('<summary>13 of 26 thresholds passed</summary>')
  expect(folded.match(/^\| ✅ /gm)).toHaveLength(13)
})

it('has the key figures, the slowest steps and the errors', () => {
  expect(text).toContain('| latency | p50 **114 ms** · p95 **300 ms** · p99 **570 ms** · max **5.82 s** |')
  expect(text).toContain('| completion: POST complete | 458,143 | 0.223 % | 236 ms | 589 ms | 1.31 s |')
  expect(text).toContain(
    '| completion: POST complete | 503 | 818 | 0.179 % | 503 Service Unavailable: {"error":"no database connection"} |',
  )
})

it('gives every line of a table the same number of cells, whatever the names', () => {
  const hostile = 'a|b\n`c` *d* [e](f) <img src=x onerror=alert(1)> ![](g)'
  const thresholds = verdict.thresholds.map((row) => ({ ...row, title: hostile }))
  const failures = [{ ...(summary.failures[0] as Failure), flow: hostile, name: hostile, error: hostile }]
  const incidents = [{ ...(summary.incidents[0] as Incident), error: hostile, message: hostile }]
  const written = markdownReport({ ...verdict, thresholds }, { ...summary, failures, incidents })
  const cells = (line: string) => line.split(/(?<!\\)\|/).length - 2
  const rows = written.split('\n').filter((line) => line.startsWith('| ❌'))
  expect(rows.map(cells)).toEqual([6, 6, 6])
  expect(written).not.toContain('<img')
  expect(written).toContain(
    'a\\|b \\`c\\` \\*d\\* \\[e\\](f) &lt;img src=x onerror=alert(1)&gt; \\!\\[\\](g)',
  )
})

it('leaves out what a run without requests does not have', () => {
  const nothing = silence()
  const written = markdownReport(judged(nothing), nothing)
  expect(written).toContain('## ❔ inconclusive')
  expect(written).not.toContain('### Slowest steps')
  expect(written).not.toContain('### Errors')
})

it('folds the first stacks and failed responses away, and lets nothing in them out of their block', () => {
  const [, folded = ''] = text.split('<summary>The first 2 failures in full</summary>')
  expect(folded).toContain(
    [
      '**login\\_failed**: login answered 503 without a token',
      '',
      '```text',
      'login (flows.ts:41:11)',
      'flows.ts:88:19',
      '',
      'POST https://api.staging.codepal.example/login',
      '→ 503',
      'x-request-id: r-7f3a',
      '',
      '{"error":"no database connection"}',
      '```',
    ].join('\n'),
  )
  const [incident] = summary.incidents
  const exchange = { ...(incident?.first?.exchange as SampleExchange), body: '```\n# out\u0007' }
  const written = markdownReport(verdict, {
    ...summary,
    incidents: [{ ...(incident as Incident), first: { atMs: 1, exchange } }],
  })
  expect(written).toContain('````text\nPOST')
  expect(written).toContain('```\n# out \n````')
})
