// Tables whose rows a reader can put in another order.
import { say } from './status.js'

export function makeSortable(table) {
  const headings = [...table.tHead.rows[0].cells]
  for (const [column, heading] of headings.entries()) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = heading.textContent
    button.addEventListener('click', () => {
      const falling = heading.getAttribute('aria-sort') !== 'descending'
      for (const other of headings) other.removeAttribute('aria-sort')
      heading.setAttribute('aria-sort', falling ? 'descending' : 'ascending')
      sort(table.tBodies[0], column, falling ? -1 : 1)
      say(`Sorted by ${button.textContent}, ${falling ? 'descending' : 'ascending'}.`)
    })
    heading.replaceChildren(button)
  }
}

function sort(body, column, sign) {
  const rows = [...body.rows].sort((a, b) => sign * compare(a.cells[column], b.cells[column]))
  body.replaceChildren(...rows)
}

function compare(a, b) {
  if (a.dataset.sort !== undefined && b.dataset.sort !== undefined) return a.dataset.sort - b.dataset.sort
  return a.textContent.localeCompare(b.textContent, 'en', { numeric: true })
}
