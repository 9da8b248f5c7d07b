import { formatDuration } from '../lib/core/duration.ts'
import { holds, parseExpression } from '../lib/core/threshold.ts'
import type { Row } from '../lib/core/verdict.ts'

const FEWEST_DIGITS = 4
const MOST_DIGITS = 15

/** A row that did not pass, in words: `p95 API response time: p(95) 312 ms, limit p(95)<=250`. */
export function rowSentence(row: Row): string {
  if (row.state === 'no-data') return `${row.title}: ${row.reason}`
  const promise = row.state === 'fail' || row.target === undefined ? row.limit : row.target
  const kind = promise === row.limit ? 'limit' : 'target'
  const measured =
    row.value === null ? row.reason : `${row.aggregation} ${figure(row.value, row.unit, promise)}`
  const place = [
    ...(row.stage ? [` in ${row.stage.join(', ')}`] : []),
    ...(row.over !== undefined ? [` in its worst ${row.over}`] : []),
    ...(row.firstFailedAtMs !== undefined
      ? [
          ` (first broken from ${row.firstFailedAtMs === 0 ? 'the start' : formatDuration(row.firstFailedAtMs)} on)`,
        ]
      : []),
  ]
  return `${row.title}: ${measured}${place.join('')}, ${kind} ${promise}`
}

/** A value with as few digits, from four on, as it takes to be on the same side of its bound as the exact one. */
function figure(value: number, unit: string, promise: string | undefined): string {
  const expression = parseExpression(promise ?? '')
  let shown = value
  for (let digits = FEWEST_DIGITS; digits <= MOST_DIGITS; digits++) {
    shown = rounded(value, digits)
    if (!expression || holds(expression, shown) === holds(expression, value)) break
  }
  return unit === '' || unit.startsWith('/') ? `${shown}${unit}` : `${shown} ${unit}`
}

/** Whole digits are never rounded away. */
function rounded(value: number, digits: number): number {
  const whole = Math.trunc(Math.abs(value)).toString().length
  return Number(value.toPrecision(Math.max(digits, Math.min(whole, MOST_DIGITS))))
}

/** 0.98959 → `98.9 %`: what falls short of a bound never looks as if it reached it. */
export function percent(share: number): string {
  return `${Math.floor(share * 1_000) / 10} %`
}
