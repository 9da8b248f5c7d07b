// The faults that were injected while the run went on: a shade between two lines.
import { font, withContext } from './bands.js'
import { color } from './theme.js'

const SHADE = 0.1
const LABEL_TOP = 12

/** Each fault from its start to its end, with its name in a large chart. */
export function drawFaults(faults, small) {
  return (plot) =>
    withContext(plot, 0, (ctx, { left: start, top, width, height }, ratio) => {
      ctx.font = font(10.5 * ratio, 600)
      for (const [index, { name, fromMs, toMs }] of faults.entries()) {
        const [from, to] = [fromMs, toMs].map((atMs) => Math.round(plot.valToPos(atMs, 'x', true)))
        if (to < start || from > start + width) continue
        ctx.fillStyle = color('orange', SHADE)
        ctx.fillRect(from, top, to - from, height)
        ctx.strokeStyle = color('orange')
        ctx.lineWidth = ratio
        ctx.beginPath()
        for (const x of [from, to]) {
          ctx.moveTo(x, top)
          ctx.lineTo(x, top + height)
        }
        ctx.stroke()
        if (small) continue
        ctx.fillStyle = color('orange')
        ctx.fillText(
          name,
          Math.max(start, from) + 4 * ratio,
          top + (LABEL_TOP + (index % 3) * LABEL_TOP) * ratio,
        )
      }
    })
}

/** The names of the faults at a time. */
export function faultsAt(faults, atMs) {
  return faults.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs).map(({ name }) => name)
}
