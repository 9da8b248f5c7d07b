import { describe, expect, it } from 'vitest'
import { loadAssets } from '../../../../../aggregator/report/html/assets.ts'
import { htmlReport } from '../../../../../aggregator/report/html/html.ts'
import { silence } from '../../../../fixtures/summary.ts'
import { codepalRun, judged } from '../../../../fixtures/verdict.ts'

const assets = loadAssets()
const nothing = silence()
const pages = [
  ...(['pass', 'warn', 'fail', 'inconclusive'] as const).map((state) => {
    const { verdict, summary } = codepalRun(state)
    return { of: state, html: htmlReport(verdict, summary, assets) }
  }),
  { of: 'nothing', html: htmlReport(judged(nothing), nothing, assets) },
].map(({ of, html }) => ({ of, html: html.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '') }))

const all = (html: string, pattern: RegExp): string[] =>
  [...html.matchAll(pattern)].map(([, found = '']) => found)

describe.each(pages)('the page of a run that is $of', ({ html }) => {
  it('has one first heading, and none that skips a level', () => {
    const levels = all(html, /<h([1-6])[ >]/g).map(Number)
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    const skips = levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1)
    expect(skips).toEqual([])
  })

  it('has one of each landmark, and regions with names of their own', () => {
    expect(['<header ', '<nav ', '<main>'].map((tag) => html.split(tag).length - 1)).toEqual([1, 1, 1])
    const names = all(html, /<section [^>]*aria-label(?:ledby)?="([^"]+)"/g)
    expect(names).toHaveLength(html.match(/<section /g)?.length ?? 0)
    expect(new Set(names).size).toBe(names.length)
    expect(html).not.toContain('role="region"')
  })

  it('links to parts that are there, the first link to what matters', () => {
    const ids = all(html, / id="([^"]+)"/g)
    expect(new Set(ids).size).toBe(ids.length)
    const links = all(html, /<a [^>]*href="#([^"]+)"/g)
    expect(links.filter((id) => !ids.includes(id))).toEqual([])
    expect(html).toMatch(/<body>\s*<a class="skip" href="#verdict">/)
    for (const id of all(html, /aria-(?:describedby|labelledby)="([^"]+)"/g)) expect(ids).toContain(id)
  })

  it('gives every table a caption, and every cell of its first column and heading a scope', () => {
    const tables = all(html, /<table[^>]*>(.*?)<\/table>/gs)
    const captions = all(html, /<table[^>]*><caption[^>]*>([^<]+)<\/caption>/g)
    expect(captions).toHaveLength(tables.length)
    expect(new Set(captions).size).toBe(captions.length)
    expect(html).not.toMatch(/<th(?![^>]*scope=)[ >]/)
    for (const table of tables)
      for (const row of all(table.replace(/.*<\/thead>/s, ''), /<tr[^>]*>(.*?)<\/tr>/gs))
        expect(row).toMatch(/<th scope="row(group)?"/)
  })

  it('says what each chart shows in words, and has no place for a chart without values', () => {
    const charts = all(html, /data-chart="([^"]+)"/g)
    for (const id of charts) {
      const [words = ''] = all(html, new RegExp(`id="chart-${id}-words">([^<]*)<`, 'g'))
      expect(words).toMatch(/\d/)
      expect(words).not.toContain('has no values')
    }
  })

  it('says nothing twice where there is nothing to show', () => {
    const sentences = all(html, /<p class="nothing">([^<]*)<\/p>/g).filter(
      (text) => !/^(No data|Charts are)/.test(text),
    )
    expect(new Set(sentences).size).toBe(sentences.length)
  })

  it('has a place where changes are told', () => {
    expect(html).toContain('<p class="unseen" id="status" role="status"></p>')
  })

  it('names every button', () => {
    for (const button of all(html, /<button[^>]*>(.*?)<\/button>/gs)) expect(button).toMatch(/\S/)
  })
})

describe('the colours of the page', () => {
  const css = assets.style
  const palette = (theme: 0 | 1): Record<string, string> =>
    Object.fromEntries(
      [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
        ([, name, light, dark]) => [name, theme === 0 ? light : dark],
      ),
    )

  it('stand out from what they are written on by 4.5 to 1 in both themes', () => {
    for (const theme of [0, 1] as const) {
      const colors = palette(theme)
      const { surface = '', page = '', raised = '', hover = '', band = '' } = colors
      const grounds = [surface, page, raised, mix(hover, surface, 0.7), band]
      const texts = ['ink', 'muted', 'pass', 'warn', 'fail', 'inconclusive', 'no-data', 'orange']
      for (const text of texts)
        for (const ground of grounds) expect(contrast(colors[text] ?? '', ground)).toBeGreaterThanOrEqual(4.5)
      for (const state of ['pass', 'warn', 'fail', 'inconclusive']) {
        const ruling = mix(colors[state] ?? '', surface, 0.06)
        for (const text of ['ink', 'muted', state])
          expect(contrast(colors[text] ?? '', ruling)).toBeGreaterThanOrEqual(4.5)
      }
    }
  })

  it('of lines and marks stand out by 3 to 1', () => {
    for (const theme of [0, 1] as const) {
      const colors = palette(theme)
      for (const tone of ['blue', 'sky', 'navy', 'teal', 'red', 'orange', 'violet', 'focus'])
        expect(contrast(colors[tone] ?? '', colors.surface ?? '')).toBeGreaterThanOrEqual(3)
    }
  })

  it('are never the only way to hide a word: no text is made pale', () => {
    expect(css.match(/(?<![-a-z])color: var\(--(faint|line|line-strong|grid|band)\)/g)).toBeNull()
  })

  it('are those of the reader where the reader has some', () => {
    const [, forced = ''] = /@media \(forced-colors: active\) \{(.*?)\n\}/s.exec(css) ?? []
    for (const tone of ['blue', 'sky', 'navy', 'teal', 'red', 'orange', 'violet', 'fail', 'warn', 'pass'])
      expect(forced).toMatch(new RegExp(`--${tone}: (CanvasText|LinkText|GrayText|Highlight);`))
  })
})

describe('a table that is wider than its screen', () => {
  it('scrolls by itself, and keeps its names in sight', () => {
    const { style } = assets
    expect(style).toMatch(/\n\.scroll \{\s*overflow-x: auto;/)
    expect(style).toMatch(
      /\n\.scroll th\[scope="row"\],\s*\.scroll thead th:first-child \{[^}]*position: sticky;[^}]*left: 0;[^}]*background: var\(--surface\);/,
    )
    for (const { html } of pages)
      expect(
        html.match(/<div class="scroll" tabindex="0" role="group" aria-label="[^"]+">\s*<table/g)?.length,
      ).toBe(html.match(/<table/g)?.length)
  })
})

describe('the page on paper', () => {
  const [, print = ''] = /@media print \{(.*?)\n\}/s.exec(assets.style) ?? []

  it('is light, shows all, and scrolls nowhere', () => {
    expect(print).toMatch(/color-scheme: light;/)
    expect(print).toMatch(/details::details-content \{\s*content-visibility: visible;/)
    expect(print).toMatch(/\.scroll,[^{]*\{\s*max-height: none;\s*overflow: visible;/)
  })

  it('has four large charts on a page of A4 or Letter', () => {
    const pageMm = Math.min(297, 279.4) - 2 * Number(/margin: (\d+)mm/.exec(print)?.[1])
    const heightPx = (pageMm / 25.4) * 96
    const plotPx = Number(/const LARGE = \{ width: \d+, height: (\d+) \}/.exec(assets.script)?.[1])
    const [padding, caption, legend, margin, heading] = [12, 24, 36, 10, 40]
    const chartPx = plotPx + padding + caption + legend + margin
    expect(Math.floor((heightPx - heading) / chartPx)).toBe(4)
  })
})

function mix(a: string, b: string, share: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [x, y] = [a, b].map((color) => Number.parseInt(color.slice(at, at + 2), 16)) as [number, number]
    return Math.round(x * share + y * (1 - share))
      .toString(16)
      .padStart(2, '0')
  })
  return `#${channels.join('')}`
}

/** Ratio of luminances after WCAG 2. */
function contrast(a: string, b: string): number {
  const [lighter, darker] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
