import type { Row } from '../../../lib/core/results/verdict.ts'
import { boundsOf, formatBound, formatFigure, NO_FIGURE, SHARE } from './figure.ts'
import { withSampleOf } from './small-sample.ts'

/** The figures of a row, the same wherever it is shown or spoken of. */
export interface RowFigures {
  unit: string
  measured: string
  limit: string
  target: string
}

export function figuresOf(row: Row): RowFigures {
  const unit = unitOf(row)
  return {
    unit,
    measured: measuredOf(row, unit),
    limit: row.limit === undefined ? NO_FIGURE : formatBound(row.limit, unit),
    target: row.target === undefined ? NO_FIGURE : formatBound(row.target, unit),
  }
}

function measuredOf(row: Row, unit: string): string {
  if (row.value === null) return row.state === 'no-data' ? 'no data' : NO_FIGURE
  const figure = formatFigure(row.value, unit, boundsOf(row.limit, row.target))
  return withSampleOf(figure, row)
}

/** A rate is a share of all, unless its unit is one per second. */
function unitOf({ aggregation, unit }: Row): string {
  return aggregation === 'rate' && !unit.endsWith('/s') ? SHARE : unit
}
