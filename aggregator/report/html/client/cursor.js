// The cursor by keyboard: arrows go from point to point, Home and End to the ends.

const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }

export function followKeys(host, plotOf) {
  host.addEventListener('keydown', (event) => {
    const step = STEPS[event.key]
    if (event.key === 'Escape') hide(plotOf())
    if (step === undefined) return
    event.preventDefault()
    move(plotOf(), step)
  })
  host.addEventListener('blur', () => hide(plotOf()))
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
}

function hide(plot) {
  plot.setCursor({ left: -10, top: -10 }, true, true)
}
