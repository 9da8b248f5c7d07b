// What is drawn on a chart's canvas besides its lines: the stages behind them.
import { color } from './theme.js'

const FONT = '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

export function font(size, weight = 400) {
  return `${weight} ${size}px ${FONT}`
}

/** Room above a large chart for the names of the stages. */
export const STRIP_HEIGHT = 22

/** Draws inside the chart's box, with `extra` pixels more at its top. */
export function withContext(plot, extra, draw) {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top - extra * ratio, bbox.width, bbox.height + extra * ratio)
  ctx.clip()
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  draw(ctx, bbox, ratio)
  ctx.restore()
}

/** Every second stage is shaded; above a large chart a stage's name is written where it fits. */
export function drawStages(segments, small) {
  const strip = small ? 0 : STRIP_HEIGHT - 4
  return (plot) =>
    withContext(plot, strip, (ctx, { left: start, top, width: whole, height }, ratio) => {
      ctx.font = font(10.5 * ratio)
      for (const [index, { name, fromMs, toMs }] of segments.entries()) {
        const left = Math.max(start, plot.valToPos(fromMs, 'x', true))
        const width = Math.min(start + whole, plot.valToPos(toMs, 'x', true)) - left
        if (width <= 0) continue
        if (index % 2 === 1) {
          ctx.fillStyle = color('band')
          ctx.fillRect(left, top - strip * ratio, width, height + strip * ratio)
        }
        if (small || ctx.measureText(name).width + 8 * ratio > width) continue
        ctx.fillStyle = color('muted')
        ctx.fillText(name, left + 4 * ratio, top - 6 * ratio)
      }
    })
}
