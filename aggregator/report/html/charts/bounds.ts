import {
  type Aggregation,
  type Expression,
  holds,
  parseExpression,
} from '../../../../lib/core/metrics/threshold.ts'
import type { Summary } from '../../../../lib/core/results/summary.ts'
import type { Row } from '../../../../lib/core/results/verdict.ts'
import { boundsOf, formatBound, formatFigure } from '../../model/figure.ts'
import { urgency } from '../../model/row.ts'
import type { BoundLine, Judged, MeasuredLine, TimeSpan } from './chart.ts'

/** More thresholds than these would hide what they judge: the worst are drawn, and the table has all. */
const MAX_DRAWN = 5
/** Values that are no height on a chart: a time, and a number of samples. */
const NOT_DRAWN = ['rise', 'count']

/** The bounds of rows in a chart whose unit is `unit`, and what was measured where all of the time is judged at once. */
export function judgedBy(rows: readonly Row[], unit: string, summary: Summary): Judged {
  const all = rows.filter(({ aggregation }) => !NOT_DRAWN.includes(aggregation))
  const drawn = all.toSorted((a, b) => urgency(a) - urgency(b)).slice(0, MAX_DRAWN)
  return {
    bounds: withOneRoom(drawn.flatMap((row) => boundLines(row, unit, summary))),
    measured: withoutRepeats(drawn.flatMap((row) => measuredLine(row, unit, summary))),
    notDrawn: all.length - drawn.length,
  }
}

function boundLines(row: Row, unit: string, summary: Summary): BoundLine[] {
  const spans = spansOf(row, summary)
  return (['limit', 'target'] as const).flatMap((kind): BoundLine[] => {
    const written = row[kind]
    const expression = parseExpression(written ?? '')
    if (written === undefined || expression === undefined) return []
    const on = keptBy(row, expression)
    return [
      {
        kind,
        on,
        label: labelOf(row, expression, formatBound(written, unit)),
        value: expression.bound,
        ...(kind === 'limit' &&
          on === 'all' &&
          row.value !== null && { measured: row.value, broken: !holds(expression, row.value) }),
        ...(spans && { spans }),
      },
    ]
  })
}

/** The highest of all keeps a limit from above exactly if each one does, and so does the lowest one from below. */
function keptBy({ over }: Row, { aggregation, operator }: Expression): BoundLine['on'] {
  if (over !== undefined) return 'each'
  const extreme = operator.startsWith('<') ? 'max' : operator.startsWith('>') ? 'min' : undefined
  return aggregation.name === extreme ? 'each' : 'all'
}

function labelOf({ over }: Row, { aggregation }: Expression, bound: string): string {
  return over === undefined
    ? `${nameOf(aggregation)} ${bound}`
    : `${aggregation.name === 'rate' ? '' : `${nameOf(aggregation)} `}${bound} in any ${over}`
}

const NAMES: Partial<Record<Aggregation['name'], string>> = { med: 'p50', rate: 'overall', value: 'last' }

function nameOf({ name, percentile }: Aggregation): string {
  return name === 'p' ? `p${percentile}` : (NAMES[name] ?? name)
}

function measuredLine(row: Row, unit: string, summary: Summary): MeasuredLine[] {
  const expression = parseExpression(row.limit ?? row.target ?? '')
  if (row.value === null || expression === undefined || keptBy(row, expression) === 'each') return []
  const landmarks = boundsOf(row.limit, row.target)
  const label = `${nameOf(expression.aggregation)} ${formatFigure(row.value, unit, landmarks)}`
  const spans = spansOf(row, summary)
  return [{ label, value: row.value, ...(spans && { spans }) }]
}

/** Of several limits of the same values, what was measured is shown with the one that it broke or came closest to. */
function withOneRoom(bounds: readonly BoundLine[]): BoundLine[] {
  const rooms = Map.groupBy(
    bounds.filter(({ measured }) => measured !== undefined),
    ({ measured, spans }) => JSON.stringify([measured, spans]),
  )
  const closest = new Set([...rooms.values()].map((limits) => limits.toSorted(byUrgency)[0]))
  return bounds.map((bound) => {
    if (closest.has(bound)) return bound
    const { measured: _, broken: __, ...rest } = bound
    return rest
  })
}

function byUrgency(a: BoundLine, b: BoundLine): number {
  const distance = ({ value, measured = 0 }: BoundLine): number => Math.abs(value - measured)
  return Number(b.broken) - Number(a.broken) || distance(a) - distance(b)
}

/** Rows on the same values measured the same, whatever their limits are. */
function withoutRepeats(lines: readonly MeasuredLine[]): MeasuredLine[] {
  return [...new Map(lines.map((line) => [JSON.stringify([line.value, line.spans]), line])).values()]
}

function spansOf({ stage }: Row, { stages }: Summary): TimeSpan[] | undefined {
  return (
    stage && stages.filter(({ name }) => stage.includes(name)).map(({ fromMs, toMs }) => ({ fromMs, toMs }))
  )
}
