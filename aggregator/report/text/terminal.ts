import { stripVTControlCharacters } from 'node:util'
import type pc from 'picocolors'
import type { State } from '../../../lib/core/results/verdict.ts'
import type { RowState } from '../model/row.ts'

/** What a terminal can show. */
export interface Look {
  color: boolean
  /** Columns; no line is longer. */
  width: number
}

type Colors = ReturnType<typeof pc.createColors>

/** The colour of a state. */
export function paint(colors: Colors, state: State | RowState): (text: string) => string {
  return {
    pass: colors.green,
    warn: colors.yellow,
    fail: colors.red,
    inconclusive: colors.magenta,
    'no-data': colors.magenta,
  }[state]
}

const CONTROL = /[\p{Cc}\p{Cf}]/gu
const WIDE =
  /[\p{Extended_Pictographic}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Text from outside, made safe to print: one line, no escape sequences. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\s+/g, ' ').replace(CONTROL, '')
}

function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

function widthOf(grapheme: string): number {
  return WIDE.test(grapheme) ? 2 : 1
}

/** Columns that a text takes on a terminal; colours take none. */
export function columnsOf(text: string): number {
  return graphemes(stripVTControlCharacters(text)).reduce((total, grapheme) => total + widthOf(grapheme), 0)
}

/** Cuts a plain text to a number of columns. */
export function clip(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let kept = ''
  let left = columns - 1
  for (const grapheme of graphemes(text)) {
    left -= widthOf(grapheme)
    if (left < 0) break
    kept += grapheme
  }
  return columns < 1 ? '' : `${kept}…`
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text))) + text
}

/** Joins cells into as many lines as it takes; no cell is broken. */
export function flow(cells: readonly string[], gap: string, columns: number): string[] {
  const lines: string[] = []
  for (const cell of cells) {
    const last = lines.at(-1)
    const joined = last === undefined ? cell : last + gap + cell
    if (last !== undefined && columnsOf(joined) <= columns) lines[lines.length - 1] = joined
    else lines.push(cell)
  }
  return lines
}
