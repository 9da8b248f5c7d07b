import { boundsOf, SHARE } from '../../model/figure.ts'
import { type Markup, markup } from '../../model/markup.ts'
import type { WrittenRow } from '../../model/row.ts'

/** Where a measured value stands between its bounds; positions are per cent of the bar's width. */
export interface Bullet {
  limitAt?: number
  targetAt?: number
  valueAt: number
  /** The value lies beyond this end of the bar. */
  beyond?: 'left' | 'right'
  /** Good values are the low ones. */
  lowIsGood: boolean
}

/** Distances from the bounds that a bar always shows, and at most shows, in gaps between limit and target. */
const ROOM = 2
const MAX_ROOM = 4

/** Geometry of a row's bar; none where nothing was measured or the bound is a single point. */
export function bulletOf({ row, unit }: Pick<WrittenRow, 'row' | 'unit'>): Bullet | undefined {
  const [limit] = boundsOf(row.limit)
  const [target] = boundsOf(row.target)
  const bounds = boundsOf(row.limit, row.target)
  const direction = /[<>]/.exec(row.limit ?? row.target ?? '')?.[0]
  if (row.value === null || bounds.length === 0 || direction === undefined) return undefined
  const gap = gapOf(bounds, unit)
  const [low, high] = extent(bounds, row.value, gap, unit)
  const at = (value: number) => 100 * ((Math.min(high, Math.max(low, value)) - low) / (high - low))
  return {
    ...(limit === undefined ? {} : { limitAt: at(limit) }),
    ...(target === undefined ? {} : { targetAt: at(target) }),
    valueAt: at(row.value),
    ...(row.value < low ? { beyond: 'left' } : row.value > high ? { beyond: 'right' } : {}),
    lowIsGood: direction === '<',
  }
}

function gapOf(bounds: readonly number[], unit: string): number {
  const [first = 0, last = first] = bounds
  if (first !== last) return Math.abs(first - last)
  if (unit === SHARE && first > 0.5 && first < 1) return 1 - first
  return Math.abs(first) / ROOM || 1
}

function extent(
  bounds: readonly number[],
  value: number,
  gap: number,
  unit: string,
): [low: number, high: number] {
  const lowest = Math.min(...bounds)
  const highest = Math.max(...bounds)
  const low = Math.max(Math.min(lowest - ROOM * gap, value - gap / 2), lowest - MAX_ROOM * gap)
  const high = Math.min(Math.max(highest + ROOM * gap, value + gap / 2), highest + MAX_ROOM * gap)
  const top = unit === SHARE ? 1 : unit === '%' && highest <= 100 && value <= 100 ? 100 : high
  return [lowest >= 0 && value >= 0 ? Math.max(0, low) : low, Math.min(top, high)]
}

/** The bar: zones up to target and limit, a tick at each, and the measured value as a dot. */
export function bulletBar(written: WrittenRow): Markup | undefined {
  const bullet = bulletOf(written)
  if (!bullet) return undefined
  const { limitAt, targetAt, valueAt, beyond, lowIsGood } = bullet
  const label = `${written.measured}; limit ${written.limit}; target ${written.target}`
  return markup`<span class="bullet" role="img" aria-label="${label}">
${zone('bad', 0, 100, lowIsGood)}${limitAt === undefined ? undefined : zone('fair', 0, limitAt, lowIsGood)}${zone('good', 0, targetAt ?? limitAt ?? 0, lowIsGood)}
${targetAt === undefined ? undefined : markup`<i class="target" style="left:${percent(targetAt)}"></i>`}
${limitAt === undefined ? undefined : markup`<i class="limit" style="left:${percent(limitAt)}"></i>`}
<b class="dot ${beyond === undefined ? '' : `beyond-${beyond}`}" style="left:${percent(valueAt)}"></b>
</span>`
}

/** A zone from the good end of the bar to `edge`. */
function zone(kind: 'good' | 'fair' | 'bad', from: number, edge: number, lowIsGood: boolean): Markup {
  const start = lowIsGood ? from : kind === 'bad' ? 0 : edge
  const width = lowIsGood || kind === 'bad' ? edge : 100 - edge
  return markup`<i class="zone ${kind}" style="left:${percent(start)};width:${percent(width)}"></i>`
}

function percent(value: number): string {
  return `${Number(value.toFixed(2))}%`
}
