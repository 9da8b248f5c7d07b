import { formatDuration } from '../../lib/core/base/duration.ts'
import type { Row } from '../../lib/core/results/verdict.ts'
import { figuresOf } from '../report/model/row-figures.ts'

/** More than this are counted, not named. */
const MAX_NAMED = 5

/** A row that did not pass, in words: `p95 API response time: p(95) 312 ms, limit ≤ 250 ms`. */
export function rowSentence(row: Row): string {
  if (row.state === 'no-data') return `${row.title}: ${row.reason}`
  const { measured, limit, target } = figuresOf(row)
  const promise = row.state === 'fail' || row.target === undefined ? `limit ${limit}` : `target ${target}`
  const place = [
    ...(row.stage ? [` in ${row.stage.join(', ')}`] : []),
    ...(row.over !== undefined ? [` in its worst ${row.over}`] : []),
    ...(row.firstFailedAtMs !== undefined
      ? [
          ` (first broken from ${row.firstFailedAtMs === 0 ? 'the start' : formatDuration(row.firstFailedAtMs)} on)`,
        ]
      : []),
  ]
  const value = row.value === null ? row.reason : `${row.aggregation} ${measured}`
  const where = row.builtIn ? ` (built in)${row.reason === undefined ? '' : `: ${row.reason}`}` : ''
  return `${row.title}: ${value}${place.join('')}, ${promise}${where}`
}

/** 0.98959 → `98.9 %`: what falls short of a bound never looks as if it reached it. */
export function percent(share: number): string {
  return `${Math.floor(share * 1_000) / 10} %`
}

/** `a, b and c`, in short: beyond the first five they are counted. */
export function named(parts: readonly string[], separator = ', '): string {
  if (parts.length <= MAX_NAMED) return parts.join(separator)
  return `${parts.slice(0, MAX_NAMED).join(separator)}${separator}and ${parts.length - MAX_NAMED} more`
}
