import fc from 'fast-check'
import { expect, it } from 'vitest'
import { csvRows } from '../../../../lib/scenario/csv-rows.ts'

const cell = fc.string({
  unit: fc.constantFrom('a', '1', ' ', '"', ',', ';', '\t', '|', '\r', '\n', 'é', '='),
})
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

it('reads back every table that was written with quotes, whatever its delimiter and its line ends', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      fc.constantFrom(',', ';', '\t', '|', ':'),
      fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 7, maxLength: 7 }),
      (columns, table, delimiter, ends) => {
        const names = Array.from({ length: columns }, (_, i) => `column ${i}`)
        const rows = table.map((row) => row.slice(0, columns))
        // The only value of a line being empty makes it an empty line, which is no row.
        fc.pre(columns > 1 || rows.every(([value]) => value !== ''))
        const text = [names, ...rows].map((row, i) => row.map(quoted).join(delimiter) + ends[i]).join('')
        expect(csvRows(text, delimiter)).toEqual(
          rows.map((row) => Object.fromEntries(row.map((value, i) => [`column ${i}`, value]))),
        )
      },
    ),
  )
})
