import { createHash } from 'node:crypto'
import { Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { loadAssets } from '../../../../../aggregator/report/html/assets.ts'
import { htmlReport } from '../../../../../aggregator/report/html/html.ts'
import type { Incident } from '../../../../../lib/core/results/incident.ts'
import type { Summary } from '../../../../../lib/core/results/summary.ts'
import type { Verdict } from '../../../../../lib/core/results/verdict.ts'
import { shape } from '../../../../fixtures/load-shape.ts'
import { codepal, silence } from '../../../../fixtures/summary.ts'
import { codepalRun, judged } from '../../../../fixtures/verdict.ts'

const assets = loadAssets()
const { verdict, summary } = codepalRun('fail')
const page = htmlReport(verdict, summary, assets)
const HOSTILE = '</script><img src=x onerror=alert(1)>"\'&<!--'

function embedded(html: string, id: string): unknown {
  const [, json = ''] =
    new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`, 's').exec(html) ?? []
  return JSON.parse(json)
}

/** The page without what its scripts and styles hold. */
function visible(html: string): string {
  return html.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '')
}

describe('report.html', () => {
  it('holds verdict and summary, unchanged', () => {
    expect(embedded(page, 'data')).toEqual({ verdict, summary })
  })

  it('loads nothing', () => {
    const places = [...page.matchAll(/\s(?:src|href|srcset|action|data|poster)\s*=\s*["']?([^"'\s>]*)/g)]
    const loaded = places.map(([, target = '']) => target).filter((target) => !/^(#|data:)/.test(target))
    expect(loaded.filter((target) => /[/:]/.test(target))).toEqual([])
    const styles = [...page.matchAll(/<style>(.*?)<\/style>/gs)].map(([, css = '']) => css).join('')
    expect(styles).not.toMatch(/url\(|@import/)
    expect(assets.script).not.toMatch(/fetch\(|XMLHttpRequest|WebSocket|import\(/)
  })

  it('allows its own scripts and no other', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? []
    const scripts = [...page.matchAll(/<script(?: type="module")?>(.*?)<\/script>/gs)].map(
      ([, source = '']) => source,
    )
    const hashes = scripts.map(
      (source) => `&#39;sha256-${createHash('sha256').update(source).digest('base64')}&#39;`,
    )
    expect(hashes).toHaveLength(3)
    expect(policy).toBe(
      `default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:; script-src ${hashes.join(' ')}`,
    )
  })

  it('shows verdict, reasons and every threshold without a script', () => {
    const text = visible(page)
    expect(text).toMatch(/<h1><svg.*<\/svg><span>Failed<\/span><\/h1>/)
    for (const reason of verdict.reasons) expect(text).toContain(`<li>${reason}</li>`)
    for (const { title } of verdict.thresholds) expect(text).toContain(`<th scope="row">${title}<small>`)
    expect(text).toContain('aria-label="300 ms; limit ≤ 250 ms; target &lt; 200 ms"')
    expect(text).toContain('<td class="number measured">300 ms</td>')
  })

  it('has a row for every step, status, check, error, metric and generator', () => {
    const text = visible(page)
    const rowsOf = (id: string) => {
      const [, section = ''] = new RegExp(`<section id="${id}".*?>(.*?)</section>`, 's').exec(text) ?? []
      return section.match(/<tr><th scope="row"/g)?.length
    }
    expect(rowsOf('steps')).toBe(17)
    expect(rowsOf('outcomes')).toBe(summary.failures.length + 5 + 5)
    expect(rowsOf('own')).toBe(6)
    expect(rowsOf('metrics')).toBe(Object.keys(summary.metrics).length - 6)
    expect(rowsOf('generators')).toBe(2)
  })

  it('has a place for every chart, and the reason where there is none', () => {
    const ids = [...visible(page).matchAll(/data-chart="([^"]+)"/g)].map(([, id]) => id)
    const server = summary.server.flatMap(({ noData }, index) =>
      noData === undefined ? [`server-${index}`] : [],
    )
    expect(ids).toEqual([
      ...['throughput', 'latency', 'users', 'iterations', 'failures', 'traffic'],
      ...server,
      'distribution',
    ])
    expect(page).toContain('No data: the source did not answer: connection refused')
  })

  it('takes hostile text as text, everywhere', () => {
    const hostile = replaceNames(summary)
    const run: Verdict = {
      ...judged(hostile),
      ...{ scenario: HOSTILE, profile: HOSTILE, note: HOSTILE, environment: HOSTILE, reasons: [HOSTILE] },
      thresholds: verdict.thresholds.map((row) => ({
        ...row,
        title: HOSTILE,
        group: HOSTILE,
        reason: HOSTILE,
        stage: [HOSTILE],
      })),
    }
    const html = htmlReport(run, hostile, assets)
    expect(html).not.toContain('<img')
    expect(html.match(/<script/g)).toHaveLength(5)
    expect(html.match(/<\/script/g)).toHaveLength(5)
    expect(visible(html)).not.toContain('<!--')
    expect(embedded(html, 'data')).toEqual({ verdict: run, summary: hostile })
    expect(visible(html).split('&lt;img src=x onerror=alert(1)&gt;').length).toBeGreaterThan(60)
  })

  it('joins step, cause, count, share and message of what failed, with stack and response a click away', () => {
    const text = visible(page)
    const row =
      /<tr><th scope="row"><span class="wrap">iteration<\/span><\/th>.*?<\/tr>/s.exec(text)?.[0] ?? ''
    expect(row).toContain('<td>handoff</td>')
    expect(row).toContain('login_failed')
    expect(row).toMatch(/0\.0986 %<\/span> <small>of 91,300 iterations/)
    expect(row).toContain('<span class="wrap">login answered 503 without a token</span>')
    expect(row).toContain('<details><summary>flows.ts:41:11</summary>')
    expect(row).toContain('<pre>login (flows.ts:41:11)\nflows.ts:88:19</pre>')
    expect(row).toContain(
      '→ 503\nx-request-id: r-7f3a\n\n{&quot;error&quot;:&quot;no database connection&quot;}</pre>',
    )
  })

  it('shows what flows printed, where they did', () => {
    expect(page).not.toContain('id="log"')
    const line = { level: 'warn', text: 'low <stock>', count: 1_204, atMs: 700, place: 'shop.ts:3:7' }
    const log = { lines: [line], leftOut: 12 }
    const [, printed = ''] = visible(htmlReport(verdict, { ...summary, log }, assets)).split(
      '<section id="log"',
    )
    expect(printed).toContain('<code class="wrap printed">low &lt;stock&gt;</code>')
    expect(printed).toContain('12 more lines were printed')
  })

  it('is written for a run without requests, of one point, and of a day', () => {
    const nothing = silence()
    const empty = htmlReport(judged(nothing), nothing, assets)
    expect(empty).toContain('<span>Inconclusive</span>')
    expect(visible(empty)).not.toContain('data-chart=')
    for (const of of [
      shape({ points: 1, durationMs: 10_000 }),
      shape({ points: 360, durationMs: 86_400_000 }),
    ]) {
      const long = codepal(of)
      expect(embedded(htmlReport(judged(long), long, assets), 'data')).toMatchObject({
        summary: { timeline: long.timeline },
      })
    }
  })

  it('says so when a run has no thresholds', () => {
    expect(htmlReport({ ...verdict, thresholds: [] }, summary, assets)).toContain('No thresholds were set.')
  })
})

describe('the page’s script', () => {
  it('is one piece: no import is left, no name is declared twice', () => {
    expect(assets.script).not.toMatch(/^(import|export) /m)
    expect(() => new Script(`'use strict';{${assets.script}}`)).not.toThrow()
    expect(() => new Script(assets.earlyScript)).not.toThrow()
  })

  it('never ends the element that holds it', () => {
    expect(assets.script + assets.earlyScript + assets.chartScript).not.toMatch(/<\/script|<!--/i)
    expect(assets.style + assets.chartStyle).not.toMatch(/<\/style/i)
  })
})

function replaceNames(of: Summary): Summary {
  return {
    ...of,
    ...{ run: HOSTILE, scenario: HOSTILE, profile: HOSTILE, target: HOSTILE, note: HOSTILE },
    stages: of.stages.map((stage) => ({ ...stage, name: HOSTILE })),
    steps: of.steps.map((step) => ({ ...step, flow: HOSTILE, name: HOSTILE, method: HOSTILE })),
    statuses: of.statuses.map((status) => ({ ...status, status: HOSTILE })),
    errors: of.errors.map((error) => ({ ...error, error: HOSTILE })),
    checks: of.checks.map((check) => ({ ...check, name: HOSTILE })),
    failures: of.failures.map((failure) => ({ ...failure, flow: HOSTILE, name: HOSTILE, error: HOSTILE })),
    incidents: of.incidents.map((incident) => ({ ...incident, ...hostileIncident(incident) })),
    log: { lines: [{ level: HOSTILE, text: HOSTILE, count: 1, place: HOSTILE }], leftOut: 1 },
    server: of.server.map((series) => ({ ...series, metric: HOSTILE, source: HOSTILE, unit: HOSTILE })),
    generators: of.generators.map((generator) => ({ ...generator, ending: HOSTILE, limited: [HOSTILE] })),
    metrics: {
      ...of.metrics,
      [HOSTILE]: { unit: '', kind: 'gauge', values: { kind: 'gauge', value: 1, min: 1, max: 1 } },
    },
  }
}

function hostileIncident({ where }: Incident): Omit<Incident, 'count'> {
  const exchange = {
    method: HOSTILE,
    url: HOSTILE,
    status: 503,
    headers: { [HOSTILE]: HOSTILE },
    bodyBytes: 9,
  }
  return {
    ...{ where, error: HOSTILE, flow: HOSTILE, name: where === 'iteration' ? '' : HOSTILE, message: HOSTILE },
    first: {
      ...{ atMs: 1, lastStep: HOSTILE, exchange: { ...exchange, body: HOSTILE } },
      stack: [{ place: HOSTILE, function: HOSTILE }],
    },
  }
}
