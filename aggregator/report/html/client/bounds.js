// The limits and targets of thresholds, drawn across the charts of what they judge.
import { font, withContext } from './bands.js'
import { color } from './theme.js'

const HEIGHT = 13
const MARGIN = 6
const ABOVE = -4
const BELOW = 11
const PLACES = [1, 0.8, 0.6, 0.4, 0.2, 0]

/** A limit is a solid line and a target a dotted one, each in a large chart with its bound beside it. */
export function drawBounds({ bounds, small }) {
  const highestFirst = bounds.toSorted((a, b) => b.value - a.value)
  return (plot) =>
    withContext(plot, 0, (ctx, _box, ratio) => {
      const taken = []
      const heights = highestFirst.map(({ value }) => Math.round(plot.valToPos(value, 'y', true)))
      for (const [index, bound] of highestFirst.entries()) {
        const y = heights[index]
        ctx.strokeStyle = color(bound.kind === 'limit' ? 'fail' : 'warn')
        ctx.fillStyle = ctx.strokeStyle
        drawLine(plot, ctx, bound, y, ratio)
        if (small) continue
        ctx.font = font(10.5 * ratio, 600)
        const width = ctx.measureText(bound.label).width
        const box = placeLabel(plot, width, y, { taken, heights }, ratio)
        taken.push(box)
        writeLabel(ctx, bound.label, box, ratio)
      }
    })
}

function drawLine(plot, ctx, { kind, spans }, y, ratio) {
  const { min, max } = plot.scales.x
  ctx.lineWidth = ratio
  ctx.setLineDash(kind === 'limit' ? [] : [2 * ratio, 3 * ratio])
  ctx.beginPath()
  for (const { fromMs, toMs } of spans ?? [{ fromMs: min, toMs: max }]) {
    ctx.moveTo(plot.valToPos(fromMs, 'x', true), y)
    ctx.lineTo(plot.valToPos(toMs, 'x', true), y)
  }
  ctx.stroke()
  ctx.setLineDash([])
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
