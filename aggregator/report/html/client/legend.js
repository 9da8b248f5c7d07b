// The keys above a chart: each line with its value at the cursor, or its highest while there is no cursor.
import { writeFigure } from './figure.js'
import { highestOf, nearBounds } from './series.js'

export const DASH = [5, 4]

export function element(tag, className, text = '') {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

/** A short piece of the line as it is drawn. */
export function swatch({ tone, dashed }) {
  const made = element('i', dashed ? 'swatch dashed' : 'swatch')
  made.style.setProperty('--tone', `var(--${tone})`)
  return made
}

/** Fills `host` and returns what updates it: `show(plot)` after the cursor has moved. */
export function makeLegend(host, chart, columns, onToggle) {
  const { lines, ladder } = chart
  const values = lines.map(() => element('span', 'value'))
  const keys = lines.map((line, index) => {
    const key = element(lines.length > 1 ? 'button' : 'span', 'key')
    key.append(swatch(line), element('span', 'label', line.label), values[index])
    if (lines.length > 1) makeToggle(key, line, (shown) => onToggle(index, shown))
    return key
  })
  host.replaceChildren(...keys, ...boundKeys(chart, highestOf(columns)))
  return (plot) => {
    for (const [index, value] of values.entries()) value.textContent = valueText(plot, index + 1, ladder)
  }
}

function makeToggle(key, line, onToggle) {
  key.type = 'button'
  key.setAttribute('aria-pressed', String(!line.hidden))
  key.addEventListener('click', () => {
    const shown = key.getAttribute('aria-pressed') !== 'true'
    key.setAttribute('aria-pressed', String(shown))
    line.hidden = !shown
    onToggle(shown)
  })
}

/** Large charts have bounds written on their lines; those of small ones, or out of the picture, are written here. */
function boundKeys({ bounds, small }, highest) {
  const near = nearBounds(bounds, highest)
  return ['limit', 'target'].flatMap((kind) => {
    const those = bounds.filter((bound) => bound.kind === kind)
    if (those.length === 0) return []
    const written = those.filter((bound) => small || !near.includes(bound)).map(({ label }) => label)
    const key = element('span', `key bound ${kind}`)
    key.append(element('i', 'swatch'), element('span', 'label', [kind, ...written].join(' ')))
    return [key]
  })
}

function valueText(plot, column, ladder) {
  const { idx } = plot.cursor
  if (idx !== null && idx !== undefined) {
    const value = plot.data[column][idx]
    return value === null ? '–' : writeFigure(value, ladder)
  }
  const known = plot.data[column].filter((value) => value !== null)
  return known.length === 0 ? '–' : `max ${writeFigure(Math.max(...known), ladder)}`
}
