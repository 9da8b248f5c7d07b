/** A table of results. A row that could not be measured says why in its second cell and has no others. */
export interface Section {
  title: string
  columns: string[]
  rows: string[][]
  /** What a reader has to know of how it was measured. */
  notes: string[]
  /** The numbers behind the rows. */
  raw: unknown
}

export const NOT_HERE = 'not here: '

export function asText({ title, columns, rows, notes }: Section): string {
  const widths = columns.map((column, i) => {
    const cells = rows.filter((row) => row.length === columns.length).map((row) => (row[i] ?? '').length)
    return Math.max(column.length, ...cells)
  })
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  const body = rows.map((row) => (row.length === columns.length ? line(row) : row.join('  ')))
  return [title, '', line(columns), ...body, ...notes.map((note) => `  ${note}`), ''].join('\n')
}

export function asMarkdown({ title, columns, rows, notes }: Section): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const padded = rows.map((row) => [...row, ...Array<string>(columns.length - row.length).fill('')])
  const ruler = columns.map((_, i) => (i === 0 ? '---' : '---:'))
  return [
    `## ${title}`,
    '',
    line(columns),
    line(ruler),
    ...padded.map(line),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ].join('\n')
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >>> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Three significant digits, with thousands apart. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}

export const times = (ratio: number): string => (Number.isFinite(ratio) ? `${figure(ratio)}×` : '–')
