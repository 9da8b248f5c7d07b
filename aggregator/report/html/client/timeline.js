// The charts over the time of the run: one time axis, one cursor and one zoom for all of them.
import { drawStages } from './bands.js'
import { drawBounds } from './bounds.js'
import { drawFaults, faultsAt } from './faults.js'
import { writeSpan } from './figure.js'
import { makePlot } from './plot.js'
import { timeColumns } from './series.js'
import { say } from './status.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const TICKS = [
  ...[0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 4, 6, 12, 24, 48, 168].map((hours) => hours * HOUR),
]
const SHARED = new Set(['mousemove', 'mouseleave', 'mouseenter'])

/** Draws every chart that has a place on the page and returns their keepers. */
export function drawTimeline({ charts, segments, faults }, summary, resetButton) {
  const endMs = endOf(summary, segments)
  const keepers = []
  const zoom = (range) => {
    for (const { plot } of keepers) setRange(plot(), range)
  }
  const reset = () => zoom({ min: 0, max: endMs })
  const onScale = (plot, key) => {
    if (key !== 'x') return
    const { min, max } = plot.scales.x
    const isWhole = min === 0 && max === endMs
    if (!isWhole) say(`Zoomed to ${writeSpan(Math.max(0, min))} to ${writeSpan(max)}.`)
    else if (!resetButton.hidden) say('The whole run is shown.')
    resetButton.hidden = isWhole
    zoom({ min, max })
  }
  resetButton.addEventListener('click', reset)
  for (const chart of charts) {
    const host = document.querySelector(`[data-chart="${chart.id}"]`)
    const behind = { segments, faults }
    if (host) keepers.push(makePlot(host, chart, timeView(chart, summary, behind, endMs, { onScale, reset })))
  }
  return keepers
}

/** Setting a range tells the other charts of it: one that has the range already must not set it again. */
function setRange(plot, { min, max }) {
  const { x } = plot.scales
  if (x.min !== min || x.max !== max) plot.setScale('x', { min, max })
}

function endOf({ timeline, durationMs }, segments) {
  const last = timeline.points.at(-1)
  return Math.max(
    durationMs,
    segments.at(-1)?.toMs ?? 0,
    last ? last.atMs + (last.lengthMs ?? timeline.bucketMs) : 0,
    1,
  )
}

function timeView(chart, summary, { segments, faults }, endMs, { onScale, reset }) {
  return {
    columns: timeColumns(chart, summary),
    scale: { time: false, auto: false, min: 0, max: endMs },
    axis: { incrs: TICKS, values: (_plot, splits) => splits.map(writeSpan) },
    heading(atMs) {
      const segment = segments.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
      return [writeSpan(atMs), [segment?.name ?? '', ...faultsAt(faults, atMs)].join(' · ')]
    },
    hooks: {
      drawClear: [drawStages(segments, chart.small), drawFaults(faults, chart.small)],
      draw: [drawBounds(chart)],
      setScale: [onScale],
    },
    cursor: {
      sync: {
        key: 'run',
        setSeries: false,
        scales: ['x', null],
        filters: { pub: (type) => SHARED.has(type) },
      },
      drag: { x: true, y: false, setScale: true, dist: 6 },
      bind: { dblclick: () => reset },
    },
  }
}
