import { formatDuration } from '../../../lib/core/base/duration.ts'
import { type Operator, parseExpression } from '../../../lib/core/metrics/threshold.ts'

export { formatUsd } from '../../../lib/core/base/money.ts'

/** Unit of a share of a whole, 0 to 1. It is written as per cent. */
export const SHARE = 'share'
export const NO_FIGURE = '–'

/** From this size on, a value is divided and gets this suffix. */
export interface Rung {
  from: number
  divide: number
  suffix: string
  /** A shorter suffix for the ticks of an axis, if that one is long. */
  tick?: string
}

const LADDERS: Record<string, readonly Rung[]> = {
  [SHARE]: [{ from: 0, divide: 0.01, suffix: ' %' }],
  ms: [
    { from: 0, divide: 1, suffix: ' ms' },
    { from: 1_000, divide: 1_000, suffix: ' s' },
    { from: 120_000, divide: 60_000, suffix: ' min' },
  ],
  B: decimalRungs(['B', 'kB', 'MB', 'GB', 'TB']),
  'B/s': decimalRungs(['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s']),
}

const SHORT_SUFFIX = 3

function decimalRungs(units: readonly string[]): Rung[] {
  return units.map((unit, power) => ({
    from: power === 0 ? 0 : 1_000 ** power,
    divide: 1_000 ** power,
    suffix: ` ${unit}`,
  }))
}

/** How values of a unit are written in text: counts keep all their digits. */
function ladderOf(unit: string): readonly Rung[] {
  return LADDERS[unit] ?? [{ from: 0, divide: 1, suffix: suffixOf(unit) }]
}

/** How they are written in charts, where room is short: 12k ops/s, and 12k along the axis. */
export function chartLadderOf(unit: string): readonly Rung[] {
  if (unit === 'ms') return ladderOf('ms').filter(({ suffix }) => suffix !== ' min')
  if (unit in LADDERS) return ladderOf(unit)
  const suffix = suffixOf(unit)
  const short = suffix.length <= SHORT_SUFFIX ? suffix : ''
  return ['', 'k', 'M', 'G'].map((prefix, power) => ({
    from: power === 0 ? 0 : 10 * 1_000 ** power,
    divide: 1_000 ** power,
    suffix: prefix + suffix,
    tick: prefix + short,
  }))
}

function suffixOf(unit: string): string {
  return unit === '' || unit.startsWith('/') ? unit : ` ${unit}`
}

function rungOf(value: number, unit: string): Rung {
  const ladder = ladderOf(unit)
  return ladder.findLast(({ from }) => Math.abs(value) >= from) ?? (ladder[0] as Rung)
}

const ROUNDED = 3
const EXACT = 15
const formats = Array.from(
  { length: EXACT + 1 },
  (_, digits) =>
    new Intl.NumberFormat('en-US', {
      maximumFractionDigits: 0,
      maximumSignificantDigits: Math.max(1, digits),
      roundingPriority: 'morePrecision',
    }),
)

/** So many digits or all whole ones, whichever is more. */
function withDigits(value: number, digits: number): string {
  return (formats[digits] as Intl.NumberFormat).format(value)
}

/** A number without a unit: 12,346 · 182 · 31.4 · 0.0123. */
export function formatNumber(value: number): string {
  return withDigits(value, ROUNDED)
}

/**
 * A value in the unit's most readable multiple. It gets as many digits as it takes not to look like one of
 * the `landmarks` that it differs from: 250.4 ms beside a limit of 250 ms, 99.96 % instead of 100 %.
 */
export function formatFigure(value: number, unit: string, landmarks: readonly number[] = []): string {
  const { divide, suffix } = rungOf(value, unit)
  const others = unit === SHARE ? [1, ...landmarks] : landmarks
  const shown = (of: number) => withDigits(of / divide, digits)
  let digits = ROUNDED
  while (digits < EXACT && others.some((other) => other !== value && shown(other) === shown(value))) digits++
  return shown(value) + suffix
}

const SIGNS: Record<Operator, string> = { '<': '<', '<=': '≤', '>': '>', '>=': '≥', '==': '=', '!=': '≠' }

/** The bound of a written expression, exactly: `p(95)<=250` → `≤ 250 ms`. */
export function formatBound(expression: string, unit: string): string {
  const parsed = parseExpression(expression)
  if (!parsed) return expression
  const { divide, suffix } = rungOf(parsed.bound, unit)
  return `${SIGNS[parsed.operator]} ${withDigits(parsed.bound / divide, EXACT)}${suffix}`
}

/** The numbers of written expressions, as landmarks for `formatFigure`. */
export function boundsOf(...expressions: readonly (string | undefined)[]): number[] {
  return expressions.flatMap((text) => parseExpression(text ?? '')?.bound ?? [])
}

export function formatShare(part: number, whole: number): string {
  return whole === 0 ? NO_FIGURE : formatFigure(part / whole, SHARE)
}

/** A length of time to the second, or finer where it is short: `1h10m`, `42.5s`. */
export function formatSpan(durationMs: number): string {
  const grainMs = durationMs < 1_000 ? 1 : durationMs < 60_000 ? 100 : 1_000
  return formatDuration(Math.round(durationMs / grainMs) * grainMs)
}

/** Epoch milliseconds as date and time of day: `2026-11-21 05:20:00 UTC`. */
export function formatInstant(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
