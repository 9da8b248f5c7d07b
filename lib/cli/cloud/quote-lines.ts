import { formatUsd } from '../../core/base/money.ts'
import type { Quote, QuoteLine } from '../../core/plan/quote.ts'
import { alignColumns } from '../terminal/table.ts'

/** A quote as lines of text: what the run costs, item by item, and what it may make others pay. */
export function quoteLines({
  lines,
  totalUsd,
  apart = [],
  region,
  pricesDated,
  notes = [],
}: Quote): string[] {
  const where = [region, pricesDated].filter((part) => part !== undefined).join(', ')
  return [
    ...alignColumns([...lines.map(cellsOf), ['total', '', formatUsd(totalUsd)]]),
    ...(apart.length > 0 ? ['', 'not in the total', ...alignColumns(apart.map(cellsOf))] : []),
    ...(where === '' && notes.length === 0 ? [] : ['']),
    ...(where === '' ? [] : [`prices of ${where}`]),
    ...notes,
  ]
}

function cellsOf({ item, quantity, unit, priceUsd }: QuoteLine): string[] {
  return [
    item,
    `${new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 }).format(quantity)} ${unit}`,
    formatUsd(priceUsd),
  ]
}
