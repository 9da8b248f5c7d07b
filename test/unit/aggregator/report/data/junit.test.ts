import { describe, expect, it } from 'vitest'
import { junitReport } from '../../../../../aggregator/report/data/junit.ts'
import type { Row, Verdict } from '../../../../../lib/core/results/verdict.ts'
import { codepalRun } from '../../../../fixtures/verdict.ts'

const TOKEN =
  /<\?xml [^>]*\?>|<\/(?<close>[\w-]+)>|<(?<open>[\w-]+)(?<attributes>(?:\s+[\w-]+="[^"<]*")*)\s*(?<empty>\/?)>|(?<text>[^<]+)/gy
const LOOSE_AMPERSAND = /&(?!(?:amp|lt|gt|quot|#39);)/

/** Names of the elements in order of their starts; throws where the text is not well-formed XML. */
function elementsOf(xml: string): string[] {
  const stack: string[] = []
  const seen: string[] = []
  let end = 0
  for (const match of xml.matchAll(TOKEN)) {
    const { open, close, empty, text = '', attributes = '' } = match.groups ?? {}
    end = match.index + match[0].length
    if (LOOSE_AMPERSAND.test(text + attributes)) throw new SyntaxError(`loose & in ${match[0]}`)
    if (open !== undefined) seen.push(open)
    if (open !== undefined && empty === '') stack.push(open)
    if (close !== undefined && stack.pop() !== close) throw new SyntaxError(`</${close}> closes nothing`)
  }
  if (end !== xml.length || stack.length > 0)
    throw new SyntaxError(`ends at ${end} inside ${stack.join(' ')}`)
  return seen
}

const { verdict, summary } = codepalRun('fail')
const [anyRow] = verdict.thresholds
const withRows = (state: Verdict['state'], rows: Partial<Row>[]): Verdict => ({
  ...verdict,
  state,
  thresholds: rows.map((changes) => ({ ...(anyRow as Row), group: 'g', ...changes })),
})

describe('junit.xml', () => {
  it('has a suite per group and a case per row', () => {
    const elements = elementsOf(junitReport(verdict, summary))
    const count = (name: string) => elements.filter((element) => element === name).length
    expect([count('testsuites'), count('testsuite'), count('testcase')]).toEqual([1, 7, 26])
    expect([count('failure'), count('error'), count('skipped'), count('system-out')]).toEqual([3, 0, 2, 8])
  })

  it('counts its cases by outcome', () => {
    expect(junitReport(verdict, summary)).toContain(
      '<testsuites name="codepal / elasticity" tests="26" failures="3" errors="0" skipped="2" time="4200">',
    )
  })

  it('says of a failure what was measured, what was allowed and since when', () => {
    expect(junitReport(verdict, summary)).toContain(
      '<failure type="fail" message="http_req_duration p(99): measured 570 ms, limit ≤ 500 ms, target &lt; 400 ms; first at 50m21s">',
    )
  })

  it('says below a broken row on failures what the most frequent of them said', () => {
    const rows = [{ state: 'fail' as const, metric: 'iteration_failed', selector: { flow: 'handoff' } }]
    const xml = junitReport(withRows('fail', rows), summary)
    expect(xml).toContain(
      '\nhandoff: iteration: login_failed × 90: flows.ts:41:11: login answered 503 without a token</failure>',
    )
    const other = [{ state: 'fail' as const, metric: 'iteration_failed', selector: { flow: 'completion' } }]
    expect(junitReport(withRows('fail', other), summary)).not.toContain('login_failed')
  })

  it.each([
    ['fail', 'failure'],
    ['inconclusive', 'error'],
    ['warn', 'skipped'],
    ['pass', 'skipped'],
  ] as const)('makes a row without data that counts as %s a case with %s', (noData, element) => {
    const xml = junitReport(
      withRows('warn', [{ state: 'no-data', noData, value: null, reason: 'no samples' }]),
      summary,
    )
    expect(elementsOf(xml)).toEqual(['testsuites', 'testsuite', 'testcase', element])
    expect(xml).toContain('no samples')
  })

  it('has a case with an error for a run that is inconclusive', () => {
    const xml = junitReport(
      { ...withRows('inconclusive', [{ state: 'pass' }]), reasons: ['half of it is missing'] },
      summary,
    )
    expect(xml).toContain(
      '<testcase name="verdict" classname="codepal.elasticity" time="0"><error type="inconclusive" message="half of it is missing">',
    )
    expect(xml).toContain('tests="2" failures="0" errors="1"')
  })

  it('has a case for a failure that no row explains, and for a run without rows', () => {
    expect(junitReport(withRows('fail', [{ state: 'pass' }]), summary)).toContain('<failure type="fail"')
    expect(junitReport(withRows('pass', []), summary)).toContain('tests="1" failures="0"')
    expect(junitReport(withRows('pass', [{ state: 'pass' }]), summary)).not.toContain('name="verdict"')
  })

  it('stays well-formed whatever the names hold', () => {
    const hostile = ']]></failure><x a="\u0000\u001b\ud800\ufffe&\'">'
    const xml = junitReport(
      withRows('fail', [{ title: hostile, group: hostile, state: 'fail', reason: hostile }]),
      summary,
    )
    expect(elementsOf(xml)).toEqual(['testsuites', 'testsuite', 'testcase', 'failure'])
    expect(xml).toContain('name="]]&gt;&lt;/failure&gt;&lt;x a=&quot;&amp;&#39;&quot;&gt;"')
  })
})
