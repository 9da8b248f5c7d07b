// Paper: everything is open, and charts are drawn as large as they will be printed instead of being scaled.

/** What fits four large charts, or eight small ones, on a page of A4 or Letter, with its margins of 14 mm. */
const LARGE = { width: 660, height: 144 }
const SMALL = { width: 310, height: 100 }

export function followPrinting(keepers) {
  let closed = []
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')]
    for (const details of closed) details.open = true
    for (const keeper of keepers) keeper.resize(keeper.small ? SMALL : LARGE)
  })
  addEventListener('afterprint', () => {
    for (const details of closed) details.open = false
    for (const keeper of keepers) keeper.resize()
  })
}
