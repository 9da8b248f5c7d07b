import { Counter, Gauge, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { exposition } from '../../../../lib/target/exposition.ts'

test('families are read at every scrape, counters as totals', () => {
  let total = 5
  const page = exposition([
    { type: 'counter', name: 'orders_total', help: 'Orders.', read: () => total },
    { type: 'gauge', name: 'load', help: 'Load.', read: () => total / 10 },
  ])
  expect(page.render()).toContain('# TYPE orders_total counter\norders_total 5\n')
  total = 7
  const text = page.render()
  expect(text).toContain('orders_total 7\n')
  expect(text).toContain('# TYPE load gauge\nload 0.7\n')
})

test('a labelled family shows only the series there are now', () => {
  let tasks: [string, number][] = [
    ['1', 40],
    ['2', 50],
  ]
  const page = exposition([
    { type: 'gauge', name: 'cpu', help: 'CPU.', label: 'task', readEach: () => tasks },
  ])
  expect(page.render()).toContain('cpu{task="1"} 40\ncpu{task="2"} 50\n')
  tasks = [['1', 90]]
  const text = page.render()
  expect(text).toContain('cpu{task="1"} 90\n')
  expect(text).not.toContain('task="2"')
})

test('a page is the one that prom-client writes', async () => {
  const registry = new Registry()
  const gauge = new Gauge({
    name: 'odd',
    help: 'A \\ and\na line.',
    labelNames: ['at'],
    registers: [registry],
  })
  const samples: [string, number][] = [
    ['say "hi" \\ or\nnot', 1e-7],
    ['ü', Infinity],
    ['', -Infinity],
    ['big', 1e21],
  ]
  for (const [at, value] of samples) gauge.set({ at }, value)
  new Counter({ name: 'all_total', help: 'All.', registers: [registry] }).inc(3)
  const page = exposition([
    { type: 'gauge', name: 'odd', help: 'A \\ and\na line.', label: 'at', readEach: () => samples },
    { type: 'counter', name: 'all_total', help: 'All.', read: () => 3 },
  ])
  expect(page.render()).toBe(await registry.metrics())
  expect(page.contentType).toBe(registry.contentType)
})
