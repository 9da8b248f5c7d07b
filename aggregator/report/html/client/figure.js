// Numbers and times as the reports write them.

const number = new Intl.NumberFormat('en-US', {
  maximumFractionDigits: 0,
  maximumSignificantDigits: 3,
  roundingPriority: 'morePrecision',
})

export function writeFigure(value, ladder) {
  const { divide, suffix } = rungOf(Math.abs(value), ladder)
  return number.format(value / divide) + suffix
}

/** The ticks of an axis, all in the unit of the largest. */
export function writeTicks(values, ladder) {
  const { divide, suffix, tick = suffix } = rungOf(Math.max(...values.map(Math.abs)), ladder)
  return values.map((value) => (value === 0 ? '0' : number.format(value / divide) + tick))
}

function rungOf(size, ladder) {
  return ladder.findLast(({ from }) => size >= from) ?? ladder[0]
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
]

export function writeSpan(durationMs) {
  if (durationMs < 1_000) return durationMs <= 0 ? '0' : `${Math.round(durationMs)}ms`
  let restMs = Math.round(durationMs / 1_000) * 1_000
  const parts = UNITS.map(([unit, lengthMs]) => {
    const amount = Math.floor(restMs / lengthMs)
    restMs -= amount * lengthMs
    return amount > 0 ? `${amount}${unit}` : ''
  })
  return parts.join('')
}

/** `0.999` → `99.9 %`, with as many digits as the percentile has. */
export function writePercentile(percentile) {
  return `${Number((percentile * 100).toPrecision(9))} %`
}
