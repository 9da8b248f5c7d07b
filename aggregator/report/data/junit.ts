import { FAILURE_RATES } from '../../../lib/core/metrics/built-in-metrics.ts'
import { cutText } from '../../../lib/core/results/incident.ts'
import type { Summary } from '../../../lib/core/results/summary.ts'
import type { Row, Verdict } from '../../../lib/core/results/verdict.ts'
import { totalOf } from '../../summary/totals.ts'
import { failureRows, saidBy } from '../model/failures.ts'
import { formatNumber } from '../model/figure.ts'
import { type Content, Markup, markup } from '../model/markup.ts'
import { groupRows, urgency, type WrittenRow } from '../model/row.ts'

const MAX_ERRORS = 5
const MAX_MESSAGE = 200

type Outcome = 'failure' | 'error' | 'skipped' | 'passed'

interface TestCase {
  outcome: Outcome
  element: Markup
}

interface Suite {
  name: string
  cases: TestCase[]
}

/** `junit.xml`: a suite per group, a case per threshold, for the test reports of CI systems. */
export function junitReport(verdict: Verdict, summary: Summary): string {
  const classname = `${verdict.scenario}.${verdict.profile}`
  const groups = groupRows(verdict.thresholds).map(({ title, rows }) => ({
    name: title,
    cases: rows.map((row) => rowCase(row, `${classname}.${title}`, summary)),
  }))
  const rowsTellAll = stateFollows(verdict) && totalOf(summary, 'series_overflow') === 0
  const suites = [...groups, ...(rowsTellAll ? [] : [verdictSuite(verdict, classname)])]
  const cases = suites.flatMap((suite) => suite.cases)
  const body = markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${verdict.scenario} / ${verdict.profile}" ${counts(cases)} time="${summary.durationMs / 1_000}">
${suites.map((suite) => suiteElement(suite, verdict.startedAt))}</testsuites>
`
  return body.text
}

/** Whether the state of the run follows from its rows alone. */
function stateFollows({ state, thresholds }: Verdict): boolean {
  if (thresholds.length === 0 || state === 'inconclusive') return false
  return state !== 'fail' || thresholds.some((row) => urgency(row) === 0)
}

function verdictSuite({ state, reasons }: Verdict, classname: string): Suite {
  const outcome = { pass: 'passed', warn: 'passed', fail: 'failure', inconclusive: 'error' } as const
  const text = reasons.join('\n')
  return {
    name: 'verdict',
    cases: [testCase('verdict', classname, { outcome: outcome[state], state, text })],
  }
}

function rowCase(written: WrittenRow, classname: string, summary: Summary): TestCase {
  const { row, measured, limit, target, about, remark } = written
  const figures = `measured ${measured}, limit ${limit}, target ${target}`
  const text = [`${about}: ${figures}`, remark].filter((line) => line !== '').join('; ')
  const said = row.state === 'fail' ? errorsBehind(row, summary) : []
  const isSilent = row.state === 'pass' && remark === ''
  const words = isSilent ? '' : [text, ...said].join('\n')
  return testCase(row.title, classname, { outcome: outcomeOf(row), state: row.state, text: words })
}

/** What the most frequent errors said that a row on failures counts. */
function errorsBehind({ metric, selector = {} }: Row, summary: Summary): string[] {
  const where = FAILURE_RATES.find((failing) => failing.metric === metric)?.place
  const rows = failureRows(summary).filter(
    (row) => row.where === where && (selector.flow ?? row.flow) === row.flow,
  )
  return rows.slice(0, MAX_ERRORS).map(({ flow, step, cause, count, incidents: [first] }) => {
    const said = first === undefined ? '' : `: ${cutText(saidBy(first), MAX_MESSAGE)}`
    return `${flow}: ${step}: ${cause} × ${formatNumber(count)}${said}`
  })
}

function outcomeOf({ state, noData }: Row): Outcome {
  if (state === 'fail') return 'failure'
  if (state !== 'no-data') return 'passed'
  return ({ fail: 'failure', inconclusive: 'error', warn: 'skipped', pass: 'skipped' } as const)[noData]
}

interface Result {
  outcome: Outcome
  state: string
  /** A case that passed has words only where there is something to say. */
  text: string
}

function testCase(name: string, classname: string, result: Result): TestCase {
  const open = markup`    <testcase name="${name}" classname="${classname}" time="0">`
  return { outcome: result.outcome, element: markup`${open}${detail(result)}</testcase>\n` }
}

function detail({ outcome, state, text }: Result): Content {
  const message = text.split('\n')[0] ?? ''
  if (outcome === 'skipped') return markup`<skipped message="${message}"/>`
  if (outcome === 'failure') return markup`<failure type="${state}" message="${message}">${text}</failure>`
  if (outcome === 'error') return markup`<error type="${state}" message="${message}">${text}</error>`
  return text === '' ? undefined : markup`<system-out>${text}</system-out>`
}

function suiteElement({ name, cases }: Suite, startedAt: number): Markup {
  const timestamp = new Date(startedAt).toISOString().slice(0, 19)
  return markup`  <testsuite name="${name}" ${counts(cases)} time="0" timestamp="${timestamp}">
${cases.map(({ element }) => element)}  </testsuite>
`
}

function counts(cases: readonly TestCase[]): Markup {
  const of = (wanted: Outcome) => cases.filter(({ outcome }) => outcome === wanted).length
  const [failures, errors, skipped] = [of('failure'), of('error'), of('skipped')]
  return new Markup(`tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}"`)
}
