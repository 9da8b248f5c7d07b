// Latency on an axis of percentiles.
import { writePercentile } from './figure.js'
import { makePlot } from './plot.js'
import { percentileColumns } from './series.js'

const FIRST_TICKS = [1, 2]
/** Width of a letter of a label, and of what is left and right of the axis. */
const LETTER = 6.2
const FRAME = 84

/** Draws the distribution where the page has a place for it. */
export function drawDistribution(summary, ladder) {
  const host = document.querySelector('[data-chart="distribution"]')
  if (!host) return []
  const chart = {
    ladder,
    bounds: [],
    measured: [],
    small: false,
    lines: [
      { label: 'service time', tone: 'blue' },
      { label: 'response time', tone: 'orange', dashed: true },
    ],
  }
  const columns = percentileColumns([summary.distribution, summary.responseDistribution])
  return [makePlot(host, chart, percentileView(columns))]
}

function percentileView(columns) {
  const percentileOf = (x) => 1 - 1 / x
  return {
    columns,
    scale: { time: false, distr: 3, range: (_plot, _min, max) => [1, Math.max(10, max)] },
    axis: {
      splits: (_plot, _axis, _min, max) => [...FIRST_TICKS, ...powersOfTen(max)],
      values: (plot, splits) =>
        sparse(
          plot,
          splits.map((x) => [x, writePercentile(percentileOf(x))]),
        ),
      filter: (_plot, splits) => splits,
    },
    heading: (x) => [writePercentile(percentileOf(x)), 'of requests'],
    cursor: { drag: { x: false, y: false } },
  }
}

/** Leaves out the labels for which there is no room beside the one before. */
function sparse(plot, ticks) {
  const { max } = plot.scales.x
  const width = plot.width - FRAME
  let end = -Infinity
  return ticks.map(([x, label]) => {
    const middle = (width * Math.log10(x)) / Math.log10(max)
    const half = (label.length * LETTER) / 2
    if (middle - half < end + LETTER) return ''
    end = middle + half
    return label
  })
}

function powersOfTen(max) {
  const found = []
  for (let power = 10; power <= max * 1.001; power *= 10) found.push(power)
  return found
}
