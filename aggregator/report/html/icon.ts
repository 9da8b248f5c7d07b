import type { State } from '../../../lib/core/results/verdict.ts'
import { type Markup, markup } from '../model/markup.ts'
import type { RowState } from '../model/row.ts'

const SHAPES: Record<State | RowState, Markup> = {
  pass: markup`<circle cx="8" cy="8" r="6.25"/><path d="m5.3 8.2 1.9 1.9 3.5-4"/>`,
  warn: markup`<path d="M8 2.1 14.2 13H1.8Z"/><path d="M8 6.3v3M8 11.1v.1"/>`,
  fail: markup`<path d="M5.4 1.75h5.2l3.65 3.65v5.2l-3.65 3.65H5.4L1.75 10.6V5.4Z"/><path d="m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2"/>`,
  inconclusive: markup`<circle cx="8" cy="8" r="6.25"/><path d="M6.2 6.4a1.85 1.85 0 1 1 2.6 1.7c-.5.25-.8.6-.8 1.2M8 11.3v.1"/>`,
  'no-data': markup`<circle cx="8" cy="8" r="6.25" stroke-dasharray="2.2 1.73"/><path d="M5.8 8h4.4"/>`,
}

/** The sign of a state: each has its own shape, so that none depends on its colour. */
export function icon(state: State | RowState): Markup {
  return markup`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[state]}</svg>`
}

export function chip(state: RowState): Markup {
  const word = state === 'no-data' ? 'no data' : state
  return markup`<span class="chip state-${state}">${icon(state)}<span>${word}</span></span>`
}
