import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RequestStats } from '../../../../lib/target/request-stats.ts'

function stats() {
  const counts = new RequestStats()
  for (const [method, pattern] of [
    ['GET', '/tasks'],
    ['GET', '/tasks/:id'],
    ['GET', '/tasks/recent'],
    ['POST', '/tasks/:id/files'],
  ] as const) {
    counts.addRoute(method, pattern)
  }
  return counts
}

test.each([
  ['GET', '/tasks', 'GET /tasks'],
  ['GET', '/tasks?page=2', 'GET /tasks'],
  ['GET', '/tasks/17', 'GET /tasks/:id'],
  ['GET', '/tasks/recent', 'GET /tasks/recent'],
  ['POST', '/tasks/17/files', 'POST /tasks/:id/files'],
  ['POST', '/tasks', 'POST (no route)'],
  ['GET', '/tasks/', 'GET (no route)'],
  ['GET', '/_model', 'GET (no route)'],
])('%s %s is counted as %s', (method, url, key) => {
  const counts = stats()
  counts.countRequest(method, url)
  expect(counts.read()).toEqual({ requests: 1, routes: { [key]: 1 }, upgrades: 0 })
})

test('the target’s own pages are not counted', () => {
  const counts = stats()
  for (const url of ['/metrics', '/metrics?x=1', '/_model/stats', '/_model/other'])
    counts.countRequest('GET', url)
  expect(counts.read()).toEqual({ requests: 0, routes: {}, upgrades: 0 })
})

test('the routes always sum to the requests', () => {
  const url = fc.constantFrom(
    '/tasks',
    '/tasks/1',
    '/tasks/recent',
    '/tasks/1/files',
    '/nowhere',
    '/metrics',
    '/',
  )
  const method = fc.constantFrom('GET', 'POST', 'DELETE')
  fc.assert(
    fc.property(fc.array(fc.tuple(method, url)), (calls) => {
      const counts = stats()
      for (const call of calls) counts.countRequest(...call)
      const { requests, routes } = counts.read()
      expect(requests).toBe(calls.filter(([, path]) => path !== '/metrics').length)
      expect(Object.values(routes).reduce((sum, count) => sum + count, 0)).toBe(requests)
    }),
  )
})

test('upgrades are counted apart', () => {
  const counts = stats()
  counts.countUpgrade()
  expect(counts.read()).toEqual({ requests: 0, routes: {}, upgrades: 1 })
})
