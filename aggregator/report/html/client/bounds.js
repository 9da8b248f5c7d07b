// What thresholds say, drawn across the charts of what they judge: limits, targets, and what was measured.
import { font, withContext } from './bands.js'
import { color } from './theme.js'

const HEIGHT = 13
const MARGIN = 6
const ABOVE = -4
const BELOW = 11
const PLACES = [1, 0.8, 0.6, 0.4, 0.2, 0]

const ROOM_SHADE = 0.1
const LIMIT_OF_ALL = [9, 6]

/**
 * A bound that each point has to keep is a line: solid for a limit, dotted for a target. One that only all of the time
 * has to keep is no line for points to cross: what was measured over that time is a line, and between it and its limit
 * lies a shade, green for what was left and red for what was too much, with a broken edge. Large charts have it written
 * beside.
 */
export function drawBounds({ bounds, measured, small }) {
  const marks = [...bounds, ...measured.map((one) => ({ ...one, kind: 'measured' }))]
  const highestFirst = marks.toSorted((a, b) => b.value - a.value)
  return (plot) =>
    withContext(plot, 0, (ctx, _box, ratio) => {
      for (const bound of bounds) if (bound.measured !== undefined) drawRoom(plot, ctx, bound)
      const taken = []
      const heights = highestFirst.map(({ value }) => heightOf(plot, value))
      for (const [index, mark] of highestFirst.entries()) {
        const y = heights[index]
        ctx.strokeStyle = color(TONES[mark.kind])
        ctx.fillStyle = ctx.strokeStyle
        drawLine(plot, ctx, mark, y, ratio)
        if (small) continue
        ctx.font = font(10.5 * ratio, 600)
        const width = ctx.measureText(mark.label).width
        const box = placeLabel(plot, width, y, { taken, heights }, ratio)
        taken.push(box)
        writeLabel(ctx, mark.label, box, ratio)
      }
    })
}

const TONES = { limit: 'fail', target: 'warn', measured: 'ink' }

function heightOf(plot, value) {
  return Math.round(plot.valToPos(value, 'y', true))
}

function spansIn(plot, { spans }) {
  const { min, max } = plot.scales.x
  return (spans ?? [{ fromMs: min, toMs: max }]).map(({ fromMs, toMs }) =>
    [fromMs, toMs].map((atMs) => plot.valToPos(atMs, 'x', true)),
  )
}

/** Between what was measured and its limit; a limit far out of the picture has no such room. */
function drawRoom(plot, ctx, bound) {
  if (bound.value > plot.scales.y.max || bound.value < plot.scales.y.min) return
  const [limit, value] = [heightOf(plot, bound.value), heightOf(plot, bound.measured)]
  ctx.fillStyle = color(bound.broken ? 'fail' : 'pass', ROOM_SHADE)
  for (const [from, to] of spansIn(plot, bound)) ctx.fillRect(from, value, to - from, limit - value)
}

function drawLine(plot, ctx, mark, y, ratio) {
  ctx.lineWidth = ratio
  ctx.setLineDash(dashOf(mark).map((length) => length * ratio))
  ctx.beginPath()
  for (const [from, to] of spansIn(plot, mark)) {
    ctx.moveTo(from, y)
    ctx.lineTo(to, y)
  }
  ctx.stroke()
  ctx.setLineDash([])
}

function dashOf({ kind, on }) {
  if (kind === 'target') return [2, 3]
  return on === 'all' ? LIMIT_OF_ALL : []
}

/** Where a label hides neither another one nor, if there is such a place, a line; else as far right as it can be. */
function placeLabel(plot, width, y, { taken, heights }, ratio) {
  const { left, top, width: whole, height } = plot.bbox
  const boxes = [ABOVE, BELOW].flatMap((shift) =>
    PLACES.map((place) => {
      const start = left + MARGIN * ratio + place * (whole - width - 2 * MARGIN * ratio)
      const baseline = y + shift * ratio
      return {
        left: start,
        right: start + width,
        top: baseline - (HEIGHT - 3) * ratio,
        bottom: baseline + 3 * ratio,
        baseline,
      }
    }),
  )
  const inside = boxes.filter((box) => box.top >= top && box.bottom <= top + height)
  const free = inside.filter((box) => !taken.some((other) => overlap(box, other)))
  const clear = free.filter((box) => !isCrossed(plot, box))
  const isStruck = (box) => heights.some((height) => height > box.top && height < box.bottom)
  return clear.find((box) => !isStruck(box)) ?? clear[0] ?? free[0] ?? boxes[0]
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

/** Whether a line of the chart goes through a box: one of its points, or the way between two, lies in it. */
function isCrossed(plot, box) {
  const [xs, ...columns] = plot.data
  const first = Math.max(
    0,
    xs.findLastIndex((x) => plot.valToPos(x, 'x', true) <= box.left),
  )
  const after = xs.findIndex((x) => plot.valToPos(x, 'x', true) >= box.right)
  const last = after === -1 ? xs.length - 1 : after
  return columns.some((values, index) => {
    if (!plot.series[index + 1].show) return false
    const known = values.slice(first, last + 1).filter((value) => value !== null)
    if (known.length === 0) return false
    const highest = plot.valToPos(Math.max(...known), 'y', true)
    const lowest = plot.valToPos(Math.min(...known), 'y', true)
    return highest <= box.bottom && lowest >= box.top
  })
}

/** With an edge in the colour of the card, so that a line behind it does not disturb. */
function writeLabel(ctx, label, { left, baseline }, ratio) {
  ctx.lineWidth = 3 * ratio
  ctx.lineJoin = 'round'
  ctx.strokeStyle = color('surface')
  ctx.strokeText(label, left, baseline)
  ctx.fillText(label, left, baseline)
}
