import { z } from 'zod'

type Unit = 'ms' | 's' | 'm' | 'h' | 'd'
type Part = `${number}${Unit}`

/** A length of time as written by people: `500ms`, `90s`, `1h30m`. */
export type Duration = Part | `${Part}${Part}` | `${Part}${Part}${Part}`

const MS_PER_UNIT: Record<Unit, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/
/** Sums of times stay exact, and far from the end of what dates can say. */
export const MAX_DURATION = '3650d'
const MAX_MS = 3_650 * MS_PER_UNIT.d
const PARTS = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g

/** Milliseconds of a written duration, or `undefined` where the text is not one, or longer than `MAX_DURATION`. */
export function parseDuration(text: string): number | undefined {
  if (!WHOLE.test(text)) return undefined
  let totalMs = 0
  for (const [, amount, unit] of text.matchAll(PARTS)) totalMs += Number(amount) * MS_PER_UNIT[unit as Unit]
  return totalMs <= MAX_MS ? totalMs : undefined
}

/** The shortest way to write a number of milliseconds: `90_000` → `1m30s`. */
export function formatDuration(durationMs: number): string {
  let restMs = Math.round(durationMs)
  if (restMs < 1_000) return `${restMs}ms`
  const parts: string[] = []
  for (const unit of ['d', 'h', 'm'] as const) {
    const amount = Math.floor(restMs / MS_PER_UNIT[unit])
    if (amount > 0) parts.push(`${amount}${unit}`)
    restMs -= amount * MS_PER_UNIT[unit]
  }
  if (restMs > 0) parts.push(`${restMs / 1_000}s`)
  return parts.join('')
}

/** A written duration, kept as written: `parseDuration` of it is never undefined. */
export const durationSchema = z
  .custom<Duration>((value) => typeof value === 'string' && parseDuration(value) !== undefined, {
    error: `must be a length of time such as 500ms, 90s or 1h30m, at most ${MAX_DURATION}`,
  })
  .meta({ type: 'string', pattern: WHOLE.source, examples: ['500ms', '90s', '1h30m'] })

/** Milliseconds of a validated duration. */
export function durationMs(duration: string): number {
  const ms = parseDuration(duration)
  if (ms === undefined) throw new TypeError(`${duration} was not validated as a duration`)
  return ms
}

/** The shortest way to write a whole number of milliseconds that is read back as the same. */
export function writtenDuration(wholeMs: number): Duration {
  const text = formatDuration(wholeMs)
  return (durationMs(text) === wholeMs ? text : `${wholeMs}ms`) as Duration
}
