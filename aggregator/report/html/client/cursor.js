// The cursor by keyboard: arrows go from point to point, Home and End to the ends, and Escape takes it away.

const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }

/** `onMove(index)` is called with the point that a key has led to. */
export function followKeys(host, plotOf, onMove) {
  host.addEventListener('keydown', (event) => {
    const step = STEPS[event.key]
    if (step === undefined) return
    event.preventDefault()
    onMove(move(plotOf(), step))
  })
  host.addEventListener('blur', () => hideCursor(plotOf()))
}

function move(plot, step) {
  const [xs] = plot.data
  const { min, max } = plot.scales.x
  const first = xs.findIndex((x) => x >= min)
  const last = xs.findLastIndex((x) => x <= max)
  const from = plot.cursor.idx ?? (step > 0 ? first - 1 : last + 1)
  const index = Math.min(last, Math.max(first, from + step))
  const top = plot.over.clientHeight / 2
  plot.setCursor({ left: plot.valToPos(xs[index], 'x'), top }, true, true)
  return index
}

/** Takes cursor and tooltip away, in this chart and all that follow it. */
export function hideCursor(plot) {
  plot.setCursor({ left: -10, top: -10 }, true, true)
}
