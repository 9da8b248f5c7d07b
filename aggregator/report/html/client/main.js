// Brings the page to life. Verdict and tables are there without it.
import { hideCursor } from './cursor.js'
import { drawDistribution } from './distribution.js'
import { followPrinting } from './printing.js'
import { makeSortable } from './sorting.js'
import { say } from './status.js'
import { followTheme } from './theme.js'
import { drawTimeline } from './timeline.js'

const read = (id) => JSON.parse(document.getElementById(id).textContent)
const { summary } = read('data')
const layout = read('layout')

const keepers = [
  ...drawTimeline(layout, summary, document.getElementById('reset-zoom')),
  ...drawDistribution(summary, layout.distributionLadder),
]

for (const keeper of keepers) {
  const toggle = keeper.plot().root.closest('figure').querySelector('.toggle.log')
  toggle?.addEventListener('click', () => {
    const isLog = keeper.switchLog()
    toggle.setAttribute('aria-pressed', String(isLog))
    say(isLog ? 'The axis is logarithmic.' : 'The axis is linear.')
  })
}
for (const table of document.querySelectorAll('table[data-sortable]')) makeSortable(table)

addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') for (const { plot } of keepers) hideCursor(plot())
})
followPrinting(keepers)
followTheme(document.getElementById('theme'), () => {
  for (const { plot } of keepers) plot().redraw(false)
})
