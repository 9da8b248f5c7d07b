import papaparse from 'papaparse'
import type { Mistake } from '../core/base/errors.ts'
import type { DataRow } from '../core/scenario/flow.ts'

type Problem = Pick<Mistake, 'limit' | 'next'>

/** In the order in which they win where the header has equally many of two. */
const DELIMITERS = [',', ';', '\t', '|'] as const
/** Stands for "none" where a file has one column: a control character that no text has. */
const NO_DELIMITER = '\u001f'

/**
 * The rows of CSV text (RFC 4180) by the names in its first line. Lines may end in CRLF, LF or CR, mixed. Without a
 * `delimiter` it is the one that the header has most of, and a header without any makes a file of one column.
 */
export function csvRows(text: string, delimiter = delimiterOf(text)): DataRow[] | Problem {
  const { data, errors } = papaparse.parse<string[]>(withLineFeeds(text, delimiter), {
    delimiter,
    newline: '\n',
    skipEmptyLines: true,
  })
  const [fault] = errors
  if (fault) return malformed(fault.message, `correct row ${(fault.row ?? 0) + 1}`)
  const [header = [], ...rows] = data
  const misnamed = header.findIndex((name, i) => name.trim() === '' || header.indexOf(name) !== i)
  if (misnamed !== -1)
    return malformed(
      `its column ${misnamed + 1} has ${header[misnamed]?.trim() === '' ? 'no name' : `the name of another, ${header[misnamed]}`}`,
      'name each column once in the first line',
    )
  const uneven = rows.findIndex(({ length }) => length !== header.length)
  if (uneven !== -1)
    return malformed(
      `row ${uneven + 2} has ${fields(rows[uneven]?.length ?? 0)}, the header ${fields(header.length)}`,
      "correct the row, quote its text, or name the feeder's delimiter",
    )
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])))
}

function delimiterOf(text: string): string {
  const [header = ''] = text.replace(/^[\r\n]+/, '').split(/[\r\n]/, 1)
  const unquoted = header.replace(/"[^"]*"/g, '')
  const count = (delimiter: string): number => unquoted.split(delimiter).length - 1
  const most = Math.max(...DELIMITERS.map(count))
  return most === 0 ? NO_DELIMITER : (DELIMITERS.find((each) => count(each) === most) ?? ',')
}

/** Ends every line in LF; what stands in quotes stays as it is. */
function withLineFeeds(text: string, delimiter: string): string {
  if (!text.includes('\r')) return text
  const quotedOrEnd = new RegExp(
    `(?<=^|[\\r\\n\\u{${codePoint(delimiter)}}])"[^"]*(?:""[^"]*)*"|\\r\\n?`,
    'gu',
  )
  return text.replace(quotedOrEnd, (found) => (found.startsWith('"') ? found : '\n'))
}

const codePoint = (delimiter: string): string => (delimiter.codePointAt(0) ?? 0).toString(16)

const fields = (count: number): string => (count === 1 ? '1 field' : `${count} fields`)

function malformed(what: string, next: string): Problem {
  return { limit: `CSV with a header line (${what})`, next }
}
