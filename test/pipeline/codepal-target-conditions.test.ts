import { afterEach, expect, test } from 'vitest'
import { type Client, closeAll, crowd, loggedIn, start } from './codepal-target-client.ts'

afterEach(closeAll)

async function metricsOf(client: Client): Promise<Record<string, number>> {
  const { body } = await client.get('/metrics')
  const lines = String(body.text).matchAll(/^(codepal_\w+) (\S+)$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]))
}

test('healthy: a small crowd is served without an error, and the metrics keep their limits', async () => {
  const client = await loggedIn()
  const answers = await crowd(200, 5, () =>
    client.post('/agents/action', { agent: 'meta_agent', action: 'handoff' }),
  )
  expect(answers.filter(({ status, body }) => status !== 200 || body.status !== 'completed')).toEqual([])
  expect(answers.filter(({ body }) => body.deconflicted).length).toBeGreaterThanOrEqual(190)
  const metrics = await metricsOf(client)
  expect(metrics.codepal_ecs_memory_utilization_percent).toBeLessThan(80)
  expect(metrics.codepal_redis_cache_hit_rate_percent).toBeGreaterThan(85)
  expect(metrics.codepal_trace_completion_percent).toBeGreaterThan(98)
  expect(metrics.codepal_ecs_running_tasks).toBeGreaterThanOrEqual(4)
  const hits = metrics.codepal_redis_keyspace_hits_total ?? 0
  const misses = metrics.codepal_redis_keyspace_misses_total ?? 0
  expect(hits + misses).toBeCloseTo(0.7 * (metrics.codepal_redis_commands_total ?? 0), 3)
})

test('slow: everything is answered, and late', async () => {
  const client = await loggedIn('slow')
  const answers = await crowd(24, 8, async () => {
    const begunMs = performance.now()
    const { status } = await client.post('/ai/complete', { snippet: 'x', language: 'ts' })
    return { status, responseMs: performance.now() - begunMs }
  })
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  const late = answers.filter(({ responseMs }) => responseMs > 200).length
  expect(late).toBeGreaterThan(12)
})

test('failing: handoffs fail by status and by body, other requests only in passing', async () => {
  const client = await loggedIn('failing')
  const handoffs = await crowd(300, 30, () =>
    client.post('/agents/action', { agent: 'meta_agent', action: 'handoff' }),
  )
  const byStatus = handoffs.filter(({ status }) => status === 502).length
  const byBody = handoffs.filter(({ status, body }) => status === 200 && body.status === 'failed').length
  expect(byStatus + byBody).toBeGreaterThan(22)
  expect(byStatus + byBody).toBeLessThan(75)
  expect(Math.min(byStatus, byBody)).toBeGreaterThan(4)
  const analyses = await crowd(300, 30, () => client.post('/ai/analyze', { code: 'x' }))
  const passing = analyses.filter(({ status, body }) => status === 503 && body.code === 'UNAVAILABLE').length
  expect(passing).toBeGreaterThan(0)
  expect(passing).toBeLessThan(27)
  expect(analyses.filter(({ status }) => status === 200).length).toBe(300 - passing)
})

test('exhausted: more than four in service and four waiting are told to come back', async () => {
  const client = await loggedIn('exhausted')
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => client.post('/ai/complete', { snippet: 'x', language: 'ts' })),
  )
  const shed = answers.filter(({ status }) => status === 503)
  expect(shed.length).toBeGreaterThan(0)
  expect(answers.filter(({ status }) => status === 200).length).toBe(20 - shed.length)
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(8)
  expect(shed[0]?.headers.get('retry-after')).toBe('1')
  expect(shed[0]?.body.code).toBe('OVERLOADED')
  expect((await metricsOf(client)).codepal_ecs_requests_rejected_total).toBe(shed.length)
})

test('silent: the metrics endpoint is down and the rest is up', async () => {
  const client = await start('silent')
  expect((await client.get('/metrics')).status).toBe(503)
  expect((await client.post('/auth/login', { username: 'a', password: 'b' })).status).toBe(200)
})
