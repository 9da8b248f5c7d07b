import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import type { Summary } from '../../lib/core/results/summary.ts'
import type { VirtualRpc } from '../../lib/core/scenario/flow/json-rpc.ts'
import type { VirtualUser } from '../../lib/core/scenario/flow.ts'
import { type InProcessRun, runInProcess } from '../fixtures/in-process-run.ts'

let lines: Server
let streams: HttpServer

const portOf = (server: Server): number => (server.address() as AddressInfo).port

beforeAll(async () => {
  // Answers every call with its params; the method `tell` is preceded by a notification, `hang up` ends the connection.
  lines = createServer((socket) => {
    socket.on('error', () => undefined)
    createInterface({ input: socket }).on('line', (line) => {
      const { id, method, params } = JSON.parse(line)
      if (method === 'hang up') return void socket.resetAndDestroy()
      if (method === 'tell') socket.write('{"jsonrpc":"2.0","method":"told"}\n')
      if (id !== undefined)
        socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: params ?? null })}\n`)
    })
  })
  streams = createHttpServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let i = 0; i < 5; i++) response.write(`data: ${i}\n\n`)
    response.end('data: [DONE]\n\n')
  })
  for (const server of [lines, streams])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  for (const server of [lines, streams]) await new Promise((resolve) => server.close(resolve))
})

/** What metrics counted, in the order of their names here. */
function countsOf({ metrics }: Summary, names: readonly string[]): (number | undefined)[] {
  return names.map((name) => {
    const values = metrics[name]?.values
    return values && 'count' in values ? values.count : undefined
  })
}

/** Runs a flow with 4 users of 3 iterations each on two generators. */
function runFlow(
  target: string,
  flow: (vu: VirtualUser) => Promise<void>,
  thresholds: object[],
): Promise<InProcessRun> {
  const executor = { executor: 'per-vu-iterations', users: 4, iterations: 3, maxDuration: '5s' }
  return runInProcess({
    ...{ name: 'protocols', target: { url: target }, thresholds },
    flows: { only: { run: flow } },
    profiles: { light: { executors: [executor] } },
  })
}

describe('a run over TCP alone', () => {
  it('is judged by its calls, on connections that users keep', async () => {
    const { code, summary, verdict } = await runFlow(
      `tcp://127.0.0.1:${portOf(lines)}`,
      async (vu) => {
        vu.vars.peer ??= await vu.jsonRpc('tcp:', { lifetime: 'user', name: 'line' })
        const peer = vu.vars.peer as VirtualRpc
        const told = await peer.call<number[]>('tell', [vu.id, vu.iteration])
        vu.check('answered', told[0] === vu.id)
        await peer.receive({ method: 'told' })
      },
      [
        { metric: 'msg_rtt{name:tell}', limit: 'p(95)<5000' },
        { metric: 'rpc_failed', limit: 'rate==0' },
        { metric: 'rpc_calls{name:tell}', limit: 'count==12' },
        { metric: 'tcp_reconnects', limit: 'count==0' },
      ],
    )
    expect(code).toBe(EXIT.ok)
    const counts = [
      'tcp_sessions',
      'tcp_msgs_sent',
      'tcp_msgs_received',
      'rpc_notifications',
      'tcp_session_duration',
    ]
    expect(countsOf(summary, counts)).toEqual([4, 12, 24, 12, 4])
    expect([summary.checks, summary.errors]).toEqual([[{ name: 'answered', trues: 12, total: 12 }], []])
    expect(verdict.requests.count).toBe(0)
  })

  it('names what went wrong with its connections and calls', async () => {
    const { code, summary } = await runFlow(
      `http://127.0.0.1:${portOf(lines)}`,
      async (vu) => {
        const peer = await vu.jsonRpc(`:${portOf(lines)}`, { name: 'line' })
        await peer.call('hang up')
      },
      [{ metric: 'rpc_failed', limit: 'rate<0.5' }],
    )
    expect(code).toBe(EXIT.fail)
    expect(summary.errors).toEqual([
      { where: 'call', error: 'connection_reset', count: 12 },
      { where: 'iteration', error: 'connection_reset', count: 12 },
      { where: 'session', error: 'connection_reset', count: 12 },
    ])
  })
})

describe('a run of streams', () => {
  it('is judged by first events and gaps, and keeps its connections', async () => {
    const { code, summary } = await runFlow(
      `http://127.0.0.1:${portOf(streams)}`,
      async (vu) => {
        let events = 0
        for await (const event of await vu.stream('POST', '/complete', { json: {} }))
          events += event.data === '[DONE]' ? 0 : 1
        vu.check('whole', events === 5)
      },
      [
        { metric: 'stream_time_to_first_event', limit: 'p(95)<5000' },
        { metric: 'stream_event_gap', limit: 'count==60' },
        { metric: 'stream_failed', limit: 'rate==0' },
      ],
    )
    expect(code).toBe(EXIT.ok)
    const counts = ['stream_sessions', 'stream_events', 'http_reqs', 'http_req_connecting']
    expect(countsOf(summary, counts)).toEqual([12, 72, 12, 4])
    expect(summary.checks).toEqual([{ name: 'whole', trues: 12, total: 12 }])
    expect(summary.metrics.http_req_duration).toBeUndefined()
  })
})
