import { describe, expect, it } from 'vitest'
import { generate } from '../../functions/generator/generate.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { MemoryStore } from '../../lib/adapters/snapshot-store/memory.ts'
import type { Incident } from '../../lib/core/results/incident.ts'
import { decodeSnapshot, snapshotPrefix } from '../../lib/core/results/snapshot.ts'
import type { VirtualUser } from '../../lib/core/scenario/flow.ts'
import { StrayErrors } from '../../lib/user-code/stray-errors.ts'
import { planFor } from '../fixtures/plan-for.ts'
import { servicesFor } from '../fixtures/services-for.ts'
import { httpServer, lineServer, refusedOrigin } from './wire-server.ts'

/** What one iteration of a flow leaves of incidents, by where they happened. */
async function incidentsOf(
  targetUrl: string,
  run: (vu: VirtualUser) => Promise<unknown>,
  strays?: StrayErrors,
): Promise<Record<string, Incident>> {
  const definition = {
    name: 'shop',
    target: { url: targetUrl },
    flows: { buy: { run } },
    profiles: {
      once: {
        executors: [{ executor: 'per-vu-iterations', users: 1, iterations: 1, maxDuration: '10s' }],
      },
    },
  }
  const { plan, loaded } = planFor(definition, { module: import.meta.url, generators: 1 })
  const { scenario } = loaded
  const store = new MemoryStore()
  const clock = systemClock
  await generate({
    ...{ plan, scenario, store, clock, strays, stopPollMs: 1_000, startAtMs: clock.now() },
    invocation: { slice: 0, window: 0, attempt: 0 },
    createServices: (recorder) => servicesFor({ plan, scenario, clock }, recorder),
  })
  const incidents: Record<string, Incident> = {}
  for await (const key of store.list(snapshotPrefix(plan.run))) {
    const { header } = await decodeSnapshot((await store.get(key)) as Uint8Array)
    for (const incident of header.incidents?.seen ?? []) incidents[incident.where] = incident
  }
  return incidents
}

const HERE = expect.stringMatching(/^incidents\.test\.ts:\d+:\d+$/)

describe('the incidents of a flow', () => {
  it('tell of a failed response, the check that did not hold because of it, and how the flow failed', async () => {
    const { origin } = await httpServer((_, response) =>
      response.writeHead(503, { 'x-request-id': 'r-7' }).end('{"error":"no stock","token":"abc123def"}'),
    )
    const incidents = await incidentsOf(origin, async (vu) => {
      const response = await vu.post('/pay', { json: { password: 'hunter22' } })
      vu.check('paid', response.ok)
      vu.fail('out_of_stock', 'basket 17 is empty')
    })
    const exchange = {
      ...{ method: 'POST', url: `${origin}/pay`, status: 503 },
      headers: expect.objectContaining({ 'x-request-id': 'r-7' }),
      ...{ body: '{"error":"no stock","token":"***"}', bodyBytes: 40 },
    }
    const atMs = expect.any(Number)
    const common = { flow: 'buy', count: 1 }
    expect(incidents).toEqual({
      request: {
        ...{ ...common, where: 'request', error: '503', name: 'POST /pay' },
        message: '503 Service Unavailable',
        first: { atMs, exchange },
      },
      check: {
        ...{ ...common, where: 'check', error: 'paid', name: '', message: 'did not hold' },
        first: { atMs, lastStep: 'POST /pay', stack: [{ place: HERE, function: 'run' }], exchange },
      },
      iteration: {
        ...{ ...common, where: 'iteration', error: 'out_of_stock', name: '' },
        message: 'basket 17 is empty',
        first: { atMs, lastStep: 'POST /pay', stack: [{ place: HERE, function: 'run' }], exchange },
      },
    })
    expect(JSON.stringify(incidents)).not.toContain('abc123def')
  })

  it('tell of a request without a response in the words of the system', async () => {
    const origin = await refusedOrigin()
    const incidents = await incidentsOf(origin, (vu) => vu.get('/'))
    expect(incidents.request).toMatchObject({
      ...{ error: 'connection_refused', name: 'GET /', count: 1 },
      message: expect.stringContaining('ECONNREFUSED'),
      first: { exchange: { method: 'GET', status: 0, bodyBytes: 0 } },
    })
  })

  it('tell where a flow threw, whatever it threw', async () => {
    const { origin } = await httpServer((_, response) => response.end('ok'))
    const typo = await incidentsOf(origin, async () => missing())
    expect(typo.iteration).toMatchObject({
      ...{ error: 'type_error', message: "Cannot read properties of undefined (reading 'name')" },
      first: { stack: [{ place: HERE, function: 'missing' }, { place: HERE }] },
    })
    const hostile = Object.create(null)
    const odd = await incidentsOf(origin, () => Promise.reject(hostile))
    expect(odd.iteration).toMatchObject({ error: 'other', message: '[Object: null prototype] {}' })
  })

  it('tell what was behind an error, and where that was thrown if the error itself came from nowhere', async () => {
    const { origin } = await httpServer((_, response) => response.end('ok'))
    const behind = await incidentsOf(origin, async () => {
      throw new Error('login failed', { cause: new RangeError('no seat left') })
    })
    expect(behind.iteration?.message).toBe('login failed, caused by: no seat left')
    const server = await lineServer((line, socket) => void socket.write(`${line}\n`))
    const address = server.origin.replace('http', 'tcp')
    const session = await incidentsOf(origin, async (vu) => {
      const tcp = await vu.tcp(address, { onMessage: () => missing() })
      await tcp.request('{"id":1}')
    })
    expect(session.session).toMatchObject({
      ...{ error: 'type_error', message: "Cannot read properties of undefined (reading 'name')" },
      first: { stack: [{ place: HERE, function: 'missing' }, { place: HERE }] },
    })
  })

  it('tell of sessions, streams and calls that failed', async () => {
    const { origin } = await httpServer((_, response) => response.writeHead(403).end('go away'))
    const socket = await incidentsOf(origin, (vu) => vu.websocket('/feed'))
    expect(socket.session).toMatchObject({
      ...{ error: 'ws_refused', flow: 'buy', name: 'WS /feed' },
      message: expect.stringContaining('403'),
    })
    const stream = await incidentsOf(origin, (vu) => vu.stream('GET', '/events'))
    expect(stream.session).toMatchObject({
      ...{ error: 'stream_refused', name: 'GET /events' },
      message: expect.stringContaining('answered 403'),
    })
    const call = await incidentsOf(origin, async (vu) => (await vu.jsonRpc('/rpc')).call('add', [1]))
    expect(call.call).toMatchObject({ error: 'rpc_refused', name: 'add' })
  })

  it('tell of errors that no flow waits for', async () => {
    const { origin } = await httpServer((_, response) => response.end('ok'))
    const strays = new StrayErrors()
    const run = async (vu: VirtualUser): Promise<void> => {
      strays.report(new RangeError('forgotten'))
      await vu.get('/')
    }
    const incidents = await incidentsOf(origin, run, strays)
    expect(incidents.unhandled).toMatchObject({ error: 'range_error', message: 'forgotten', flow: '' })
  })
})

function missing(): never {
  const user = undefined as unknown as { name: string }
  throw new Error(user.name)
}
