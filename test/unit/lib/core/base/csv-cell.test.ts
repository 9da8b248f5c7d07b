import papaparse from 'papaparse'
import { describe, expect, it } from 'vitest'
import { csvCell } from '../../../../../lib/core/base/csv-cell.ts'

describe('a cell of text in a CSV file', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1', '=HYPERLINK("http://x","a, b")'])(
    'is no formula for a spreadsheet: %j',
    (text) => {
      expect(papaparse.parse<string[]>(`a,${csvCell(text)},b`).data).toEqual([['a', `'${text}`, 'b']])
    },
  )

  it.each([
    ['plain', 'plain'],
    ['a=b', 'a=b'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    [' x ', '" x "'],
    ['', ''],
  ])('is quoted where it has to be: %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell)
  })
})
