// One chart: uPlot with the looks of the page, a legend, a tooltip and a cursor for keys.
import { font, STRIP_HEIGHT } from './bands.js'
import { followKeys } from './cursor.js'
import { writeFigure, writeTicks } from './figure.js'
import { DASH, makeLegend } from './legend.js'
import { nearBounds, onlyPositive } from './series.js'
import { say } from './status.js'
import { color } from './theme.js'
import { makeTooltip } from './tooltip.js'

const { uPlot } = window
const AXIS_COLUMNS = 62
const LOG_STEPS = [1, 2, 5]

/**
 * Draws `chart` into `host`. `view` has the columns, the x scale and axis, the heading of a point, the cursor and
 * hooks of its own. Returns the plot's keeper: it redraws, and switches the logarithm.
 */
export function makePlot(host, chart, view) {
  let log = false
  let plot
  const toggle = (index, show) => plot.setSeries(index + 1, { show })
  const showLegend = makeLegend(host.previousElementSibling, chart, view.columns, toggle)
  const showTooltip = makeTooltip(host, chart, view.heading)
  const create = () => {
    plot?.destroy()
    const onCursor = [showLegend, showTooltip]
    const columns = log ? onlyPositive(view.columns) : view.columns
    plot = new uPlot({ ...sizeOf(host), ...optionsOf(chart, view, log, onCursor) }, columns, host)
    showLegend(plot)
  }
  create()
  followKeys(
    host,
    () => plot,
    (index) => say(pointInWords(plot, index, chart, view)),
  )
  let fixed
  const resize = (size) => {
    fixed = size
    plot.setSize(size ?? sizeOf(host))
  }
  new ResizeObserver(() => fixed === undefined && resize()).observe(host)
  return {
    small: chart.small,
    plot: () => plot,
    /** Without a size it is that of its place on the page. */
    resize,
    switchLog() {
      log = !log
      create()
      return log
    },
  }
}

/** `12m30s, peak: requests 1,200/s, failed 0/s` */
function pointInWords(plot, index, { lines, ladder }, { heading }) {
  const values = lines.flatMap(({ label, hidden }, column) => {
    const value = plot.data[column + 1][index]
    return hidden ? [] : `${label} ${value === null ? 'none' : writeFigure(value, ladder)}`
  })
  return `${heading(plot.data[0][index]).filter(Boolean).join(', ')}: ${values.join(', ')}`
}

function sizeOf(host) {
  return { width: host.clientWidth, height: host.clientHeight }
}

function optionsOf(chart, view, log, onCursor) {
  return {
    legend: { show: false },
    padding: [chart.small ? 8 : STRIP_HEIGHT, 22, 0, 0],
    cursor: { points: { size: 7, width: 2 }, ...view.cursor },
    scales: { x: view.scale, y: log ? logScale() : { range: linearRange(chart) } },
    axes: [axis({ space: 64, size: 28, ...view.axis }), log ? logAxis(chart) : linearAxis(chart)],
    series: [{}, ...chart.lines.map(series)],
    hooks: { ...view.hooks, setCursor: onCursor },
  }
}

function series({ tone, dashed, filled, hidden }) {
  return {
    show: !hidden,
    stroke: () => color(tone),
    width: 1.75,
    points: { show: true, size: 6, width: 1, filter: lonely },
    ...(dashed && { dash: DASH }),
    ...(filled && { fill: () => color(tone, 0.09) }),
  }
}

/** A value without neighbours has no line: only these are drawn as points. */
function lonely(plot, column, shown) {
  const values = plot.data[column]
  const known = (index) => values[index] !== null && values[index] !== undefined
  return shown
    ? [...values.keys()].filter((index) => known(index) && !known(index - 1) && !known(index + 1))
    : []
}

function axis(changes) {
  return {
    stroke: () => color('muted'),
    font: font(11),
    grid: { stroke: () => color('grid'), width: 1 },
    ticks: { show: false },
    gap: 6,
    ...changes,
  }
}

function linearAxis({ ladder, small }) {
  return axis({
    space: small ? 30 : 38,
    size: AXIS_COLUMNS,
    values: (_plot, splits) => writeTicks(splits, ladder),
  })
}

/** From zero, unless the values of a chart that may look closer would then be a flat line at its top. */
function linearRange({ bounds, close, ladder }) {
  return (_plot, min, max) => {
    if (min === null) return [0, ladder[0].divide]
    const near = nearBounds(bounds, max).map(({ value }) => value)
    const top = Math.max(max, ...near)
    const bottom = Math.min(min, ...near)
    if (close && bottom > top * 0.6 && top > bottom) {
      const margin = (top - bottom) * 0.2
      return [bottom - margin, top + margin]
    }
    return [Math.min(0, bottom * 1.1), Math.max(0, top * 1.14) || ladder[0].divide]
  }
}

function logScale() {
  const whole = (value, round) => 10 ** round(Math.log10(value))
  return {
    distr: 3,
    range: (_plot, min, max) =>
      min === null ? [1, 10] : [whole(min, Math.floor), whole(max * 1.01, Math.ceil)],
  }
}

function logAxis({ ladder }) {
  const splits = (_plot, _axis, min, max) => {
    const found = []
    for (let power = min; power <= max * 1.001; power *= 10) {
      for (const step of LOG_STEPS) if (power * step <= max * 1.001) found.push(power * step)
    }
    return found
  }
  const values = (_plot, all) => all.map((value) => writeFigure(value, ladder))
  return axis({ size: AXIS_COLUMNS, splits, values, filter: (_plot, all) => all })
}
