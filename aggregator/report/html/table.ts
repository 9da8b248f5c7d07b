import { type Content, type Markup, markup } from '../model/markup.ts'

export interface Column<Item> {
  title: string
  /** Numbers stand at the right and sort by their value. */
  number?: (item: Item) => number
  cell: (item: Item) => Content
}

/**
 * A table that scrolls inside itself, by its first column's names, which stay in sight. `label` is its caption, which
 * is not shown. With `sortable` its headings become buttons once scripts run.
 */
export function table<Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
  { label, sortable = false }: { label: string; sortable?: boolean },
): Markup {
  const head = columns.map(
    ({ title, number }) => markup`<th scope="col"${number ? NUMBER : undefined}>${title}</th>`,
  )
  const body = items.map(
    (item) => markup`<tr>${columns.map((column, index) => cell(column, item, index === 0))}</tr>\n`,
  )
  return scrolling(
    label,
    markup`<table${sortable ? SORTABLE : undefined}><caption class="unseen">${label}</caption><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table>`,
  )
}

/** Where a table scrolls: by touch, by wheel and by keys. */
export function scrolling(label: string, content: Content): Markup {
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="${label}, scrolls">
${content}</div>`
}

const NUMBER = markup` class="number"`
const SORTABLE = markup` data-sortable`

function cell<Item>({ number, cell: content }: Column<Item>, item: Item, isName: boolean): Markup {
  if (isName) return markup`<th scope="row">${content(item)}</th>`
  if (!number) return markup`<td>${content(item)}</td>`
  return markup`<td class="number" data-sort="${number(item)}">${content(item)}</td>`
}

/** A table in a card of its own, with a heading. */
export function panel(title: string, content: Content): Markup {
  return markup`<div class="card flush"><h3>${title}</h3>${content}</div>
`
}

/** A part of the page with a heading that links can point at. */
export function section(id: string, title: string, hint: string, content: Content): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
<div class="heading"><h2 id="${id}-title">${title}</h2>${hint === '' ? undefined : markup`<p class="hint">${hint}</p>`}</div>
${content}
</section>
`
}

export function nothing(text: string): Markup {
  return markup`<p class="nothing">${text}</p>`
}
