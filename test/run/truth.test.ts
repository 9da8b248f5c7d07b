import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import papaparse from 'papaparse'
import { expect, it } from 'vitest'
import { REQUEST_LOG_HEADER } from '../../lib/core/results/request-log.ts'
import type { Summary } from '../../lib/core/results/summary.ts'
import type { VirtualUser } from '../../lib/core/scenario/flow.ts'
import { runPlanned } from '../fixtures/in-process-run.ts'
import { planFor } from '../fixtures/plan-for.ts'

/** Connections that the users of one generator share at most. */
const MAX_CONNECTIONS = 900

interface Run {
  summary: Summary
  requests: { response_us: string; service_us: string }[]
  /** On the wire, as the server's sockets have it. */
  seen: { requests: number; receivedBytes: number; sentBytes: number }
}

/** A run of one generator against a server of this process, which sees requests once their body is read. */
async function runAgainst(
  flow: (vu: VirtualUser) => Promise<unknown>,
  executor: object,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Run> {
  const sockets = new Set<Socket>()
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    request.resume().on('end', () => answer(request, response))
  })
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve))
  const log = join(await mkdtemp(join(tmpdir(), 'volley-test-')), 'requests.csv')
  await writeFile(log, REQUEST_LOG_HEADER)
  const { port } = server.address() as AddressInfo
  const { plan, loaded } = planFor(
    {
      ...{ name: 'truth', target: { url: `http://127.0.0.1:${port}` }, http: { connections: 'pooled' } },
      flows: { only: { run: flow } },
      profiles: { light: { executors: [executor] } },
    },
    { logRequests: log, generators: 1 },
  )
  try {
    const { summary } = await runPlanned({ plan, loaded })
    const carriers = [...sockets].filter(({ bytesRead }) => bytesRead > 0)
    const { data } = papaparse.parse<Run['requests'][number]>(await readFile(log, 'utf8'), {
      header: true,
      skipEmptyLines: true,
    })
    return {
      summary,
      requests: data,
      seen: {
        requests,
        receivedBytes: carriers.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
        sentBytes: carriers.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
      },
    }
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

function countOf({ metrics }: Summary, metric: string): number | undefined {
  const values = metrics[metric]?.values
  return values?.kind === 'counter' ? values.count : undefined
}

it('counts the requests and the bytes that went over the wire, heads included', async () => {
  const { summary, seen } = await runAgainst(
    (vu) => vu.post('/body', { body: 'x'.repeat(1_000 * (1 + (vu.iteration % 7))) }),
    { executor: 'per-vu-iterations', users: 5, iterations: 40, maxDuration: '20s' },
    (_, response) => response.end('y'.repeat(12_345)),
  )
  expect(countOf(summary, 'http_reqs')).toBe(200)
  expect(seen.requests).toBe(200)
  expect(countOf(summary, 'data_sent')).toBe(seen.receivedBytes)
  expect(countOf(summary, 'data_received')).toBe(seen.sentBytes)
  expect(seen.sentBytes).toBeGreaterThan(200 * 12_345)
}, 60_000)

it('counts every connection that was reset without an answer, by its class', async () => {
  let asked = 0
  const { summary, seen } = await runAgainst(
    (vu) => vu.post('/drop'),
    { executor: 'per-vu-iterations', users: 5, iterations: 40, maxDuration: '20s' },
    (request, response) => {
      if (++asked % 10 === 0) (request.socket as Socket).resetAndDestroy()
      else response.end('{}')
    },
  )
  expect([countOf(summary, 'http_reqs'), seen.requests]).toEqual([200, 200])
  expect(summary.errors).toEqual([{ where: 'request', error: 'connection_reset', count: 20 }])
}, 60_000)

it('shows a freeze of the target in the response times of all who came in it, and in few service times', async () => {
  const FREEZE_MS = 1_500
  const SLOW_MS = 500
  let thawsAtMs: number | undefined
  let heldLong = 0
  const { requests, seen } = await runAgainst(
    (vu) => vu.get('/freeze'),
    { executor: 'constant-arrival-rate', rate: 1_000, duration: '2s', maxUsers: 2_000 },
    (_, response) => {
      thawsAtMs ??= performance.now() + FREEZE_MS
      const leftMs = Math.max(0, thawsAtMs - performance.now())
      if (leftMs > SLOW_MS) heldLong++
      setTimeout(() => response.end('{}'), leftMs)
    },
  )
  const slow = (which: 'response_us' | 'service_us'): number =>
    requests.filter((request) => Number(request[which]) > SLOW_MS * 1_000).length
  expect([requests.length, seen.requests]).toEqual([2_000, 2_000])
  // A thousand were due a second with over half a second to wait. Those without a connection were not even sent.
  expect(slow('response_us')).toBeGreaterThanOrEqual(950)
  expect(heldLong).toBeLessThanOrEqual(MAX_CONNECTIONS)
  expect(slow('service_us')).toBeGreaterThanOrEqual(heldLong)
  expect(slow('service_us')).toBeLessThan(slow('response_us'))
}, 60_000)
