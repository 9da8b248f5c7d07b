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

const MARKS = [
  { kind: 'limit', on: 'each', word: 'limit' },
  { kind: 'target', on: 'each', word: 'target' },
  { kind: 'measured', word: 'measured' },
  { kind: 'limit', on: 'all', word: 'limit of the whole' },
  { kind: 'target', on: 'all', word: 'target of the whole' },
]

/** Large charts have bounds written on their lines; those of small ones, or out of the picture, are written here. */
function boundKeys({ bounds, measured, small }, highest) {
  const near = nearBounds(bounds, highest)
  const marks = [...bounds, ...measured.map((one) => ({ ...one, kind: 'measured' }))]
  return MARKS.flatMap(({ kind, on, word }) => {
    const those = marks.filter((mark) => mark.kind === kind && mark.on === on)
    if (those.length === 0) return []
    const isDrawnBeside = (mark) => !small && (kind === 'measured' || near.includes(mark))
    const written = those.filter((mark) => !isDrawnBeside(mark)).map(({ label }) => label)
    const key = element('span', `key bound ${kind} ${on ?? ''}`)
    const text =
      written.length < those.length
        ? [word, written.join(', ')]
        : [kind === 'measured' ? '' : kind, written.join(', ')]
    key.append(element('i', 'swatch'), element('span', 'label', text.filter(Boolean).join(' ')))
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
