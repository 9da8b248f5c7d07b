// The box beside the cursor of the chart that the reader points at.
import { writeFigure } from './figure.js'
import { element, swatch } from './legend.js'

const DISTANCE = 14

/** `heading(x)` gives the bold first part and the rest of the first line. */
export function makeTooltip(host, { lines, ladder }, heading) {
  const box = element('div', 'tooltip')
  box.hidden = true
  host.append(box)
  return (plot) => {
    const { idx, left } = plot.cursor
    const here = host.matches(':hover, :focus-visible')
    box.hidden = !here || idx === null || idx === undefined || left < 0
    if (box.hidden) return
    const [strong, rest] = heading(plot.data[0][idx])
    const head = element('div', 'tooltip-head')
    head.append(element('strong', '', strong), element('span', '', rest))
    const rows = lines.flatMap((line, index) =>
      line.hidden ? [] : row(line, plot.data[index + 1][idx], ladder),
    )
    box.replaceChildren(head, ...rows)
    place(box, host, plot)
  }
}

function row(line, value, ladder) {
  const made = element('div', 'tooltip-row')
  const figure = element('span', 'tooltip-value', value === null ? '–' : writeFigure(value, ladder))
  made.append(swatch(line), element('span', 'tooltip-label', line.label), figure)
  return made
}

/** To the right of the cursor, or to its left where the chart ends. */
function place(box, host, { cursor, over }) {
  const x = over.offsetLeft + cursor.left
  const room = host.clientWidth - x - DISTANCE
  const left = room >= box.offsetWidth ? x + DISTANCE : x - DISTANCE - box.offsetWidth
  const top = over.offsetTop + cursor.top - box.offsetHeight / 2
  box.style.left = `${Math.max(0, left)}px`
  box.style.top = `${Math.min(Math.max(0, top), host.clientHeight - box.offsetHeight)}px`
}
