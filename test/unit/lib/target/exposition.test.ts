import { expect, test } from 'vitest'
import { exposition } from '../../../../lib/target/exposition.ts'

test('families are read at every scrape, counters as totals', async () => {
  let total = 5
  const page = exposition([
    { type: 'counter', name: 'orders_total', help: 'Orders.', read: () => total },
    { type: 'gauge', name: 'load', help: 'Load.', read: () => total / 10 },
  ])
  expect(await page.render()).toContain('# TYPE orders_total counter\norders_total 5\n')
  total = 7
  const text = await page.render()
  expect(text).toContain('orders_total 7\n')
  expect(text).toContain('# TYPE load gauge\nload 0.7\n')
})

test('a labelled family shows only the series there are now', async () => {
  let tasks: [string, number][] = [
    ['1', 40],
    ['2', 50],
  ]
  const page = exposition([
    { type: 'gauge', name: 'cpu', help: 'CPU.', label: 'task', readEach: () => tasks },
  ])
  expect(await page.render()).toContain('cpu{task="1"} 40\ncpu{task="2"} 50\n')
  tasks = [['1', 90]]
  const text = await page.render()
  expect(text).toContain('cpu{task="1"} 90\n')
  expect(text).not.toContain('task="2"')
})
