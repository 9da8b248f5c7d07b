import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { RpcError } from '../../lib/core/protocol/json-rpc.ts'
import type { JsonRpcOptions, VirtualRpc } from '../../lib/core/scenario/flow.ts'
import { httpRpcServer, type RpcServer, type Serve, tcpRpcServer, webSocketRpcServer } from './rpc-server.ts'
import { probeSession, type SessionProbe, WITHIN } from './session-probe.ts'
import { httpServer, rawServer } from './wire-server.ts'

const failed = (errorClass: string): unknown => expect.objectContaining({ errorClass })

interface Opened {
  probe: SessionProbe
  peer: VirtualRpc
}

async function open(server: RpcServer, options: JsonRpcOptions = {}): Promise<Opened> {
  const probe = probeSession(server.origin)
  return { probe, peer: await probe.session.openRpc(server.address, { timeout: '5s', ...options }, WITHIN) }
}

/** Answers what it is called with, by the method. */
const serve: Serve = ({ id, method, params }, say) => {
  if (id === undefined) return
  if (method === 'echo') say({ jsonrpc: '2.0', id, result: params })
  else if (method === 'nothing') say({ jsonrpc: '2.0', id, result: null })
  else if (method === 'fail') say({ jsonrpc: '2.0', id, error: { code: params, message: 'no', data: [1] } })
  else if (method === 'tell') {
    say({ jsonrpc: '2.0', method: 'told', params: { sentAt: 1 } })
    say({ jsonrpc: '2.0', id, result: 'done' })
  } else if (method === 'ask') {
    say({ jsonrpc: '2.0', id: 'q1', method: 'which', params: ['a', 'b'] })
    say({ jsonrpc: '2.0', id, result: 'asked' })
  }
}

const TRANSPORTS = [
  ['TCP', tcpRpcServer],
  ['a WebSocket', webSocketRpcServer],
  ['HTTP with JSON', (each: Serve) => httpRpcServer(each, 'json')],
  ['HTTP with event streams', (each: Serve) => httpRpcServer(each, 'stream')],
] as const

describe.each(TRANSPORTS)('JSON-RPC over %s', (_, start) => {
  it('returns results, and sends what the specification asks for', async () => {
    const server = await start(serve)
    const { peer } = await open(server)
    expect(peer.open).toBe(true)
    expect(await peer.call('echo', { text: 'größe' })).toEqual({ text: 'größe' })
    expect(await peer.call('nothing')).toBe(null)
    expect(server.heard).toEqual([
      { jsonrpc: '2.0', id: 1, method: 'echo', params: { text: 'größe' } },
      { jsonrpc: '2.0', id: 2, method: 'nothing' },
    ])
  })

  it('matches answers to calls in any order', async () => {
    const waiting: (() => void)[] = []
    const server = await start(({ id, params }, say) => {
      waiting.push(() => say({ jsonrpc: '2.0', id, result: params }))
      if (waiting.length === 3) for (const answer of waiting.reverse()) answer()
    })
    const { peer } = await open(server)
    const outcomes = await peer.batch([1, 2, 3].map((n) => ({ method: 'echo', params: n })))
    expect(outcomes).toEqual([1, 2, 3].map((result) => ({ ok: true, result })))
    expect(server.heard).toHaveLength(1)
  })

  it('throws an error of the peer with its code, and counts it by its class', async () => {
    const { peer, probe } = await open(await start(serve))
    const error = await peer.call('fail', -32602).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RpcError)
    expect(error).toMatchObject({
      errorClass: 'rpc_invalid_params',
      code: -32602,
      data: [1],
      message: 'no (-32602)',
    })
    await peer.call('echo', [])
    const tags = { flow: 'only', name: 'fail' }
    expect(probe.recorded('rpc_failed')).toMatchObject([
      { tags: { ...tags, error: 'rpc_invalid_params' }, trues: 1, total: 1 },
      { tags: { flow: 'only', name: 'echo' }, trues: 0, total: 1 },
    ])
    expect(probe.recorded('msg_rtt')).toMatchObject([
      { tags, count: 1 },
      { tags: { name: 'echo' }, count: 1 },
    ])
    expect(probe.recorded('rpc_calls')).toMatchObject([{ tags, sum: 1 }, { sum: 1 }])
  })

  it('names a call as the flow does', async () => {
    const { peer, probe } = await open(await start(serve))
    await peer.call('echo', { name: 'search' }, { name: 'echo/search' })
    expect(probe.recorded('msg_rtt')).toMatchObject([{ tags: { name: 'echo/search' } }])
  })

  it('mixes calls, errors and notifications in a batch', async () => {
    const server = await start(serve)
    const { peer } = await open(server)
    const outcomes = await peer.batch([
      { method: 'fail', params: 7 },
      { method: 'log', notify: true },
      { method: 'echo', params: ['x'] },
    ])
    expect(outcomes).toMatchObject([
      { ok: false, error: { errorClass: 'rpc_error', code: 7 } },
      { ok: true, result: ['x'] },
    ])
    expect(server.heard).toMatchObject([[{ id: 1 }, { method: 'log' }, { id: 2 }]])
    await expect(peer.batch([])).rejects.toEqual(failed('bad_request_options'))
  })

  it('tells, and reads what it is told', async () => {
    const seen: string[] = []
    const server = await start(serve)
    const { peer, probe } = await open(server, {
      pushedAt: ({ params }) => (params as { sentAt: number }).sentAt,
    })
    await peer.notify('log', { level: 'info' })
    await peer.call('tell')
    const told = await peer.receive({ method: 'told' })
    seen.push(told.method)
    expect([seen, told.params]).toEqual([['told'], { sentAt: 1 }])
    expect(server.heard[0]).toEqual({ jsonrpc: '2.0', method: 'log', params: { level: 'info' } })
    expect(probe.recorded('rpc_notifications')).toMatchObject([{ tags: { name: 'told' }, sum: 1 }])
    expect(probe.recorded('msg_push_latency')).toMatchObject([{ tags: { name: 'told' }, count: 1 }])
  })

  it('shows notifications to a handler instead', async () => {
    const seen: unknown[] = []
    const { peer } = await open(await start(serve), {
      onNotification: ({ params }) => void seen.push(params),
    })
    await peer.call('tell')
    expect(seen).toEqual([{ sentAt: 1 }])
    await expect(peer.receive({ timeout: '10ms' })).rejects.toEqual(failed('rpc_timeout'))
  })

  it.each([
    [
      'with what the flow returns',
      (_method: string, params: unknown) => (params as string[])[1],
      { result: 'b' },
    ],
    ['with a null for nothing', () => undefined, { result: null }],
    [
      'with the error the flow throws',
      () => {
        throw new RpcError(-1, 'never', 'why')
      },
      { error: { code: -1, message: 'never (-1)', data: 'why' } },
    ],
    [
      'with an internal error where the flow fails',
      () => {
        throw new TypeError('oops')
      },
      { error: { code: -32603, message: 'oops' } },
    ],
    ['that it has no such method', undefined, { error: { code: -32601, message: 'no method which here' } }],
  ])('answers the peer’s own requests %s', async (__, onRequest, answer) => {
    const server = await start(serve)
    const { peer } = await open(server, onRequest && { onRequest })
    expect(await peer.call('ask')).toBe('asked')
    await vi.waitFor(() => expect(server.heard[1]).toEqual({ jsonrpc: '2.0', id: 'q1', ...answer }))
  })

  it('stops waiting after the timeout, and leaves late answers alone', async () => {
    const { peer, probe } = await open(
      await start(({ id, method }, say) => {
        if (method === 'slow') setTimeout(() => say({ jsonrpc: '2.0', id, result: 'late' }), 25)
        else if (method === 'echo') say({ jsonrpc: '2.0', id, result: 'in time' })
      }),
    )
    const silent = peer.call('silent', [], { timeout: '20ms' })
    // Over HTTP with JSON this server ends its answer at once, without one to the call.
    await expect(silent).rejects.toMatchObject({
      errorClass: expect.stringMatching(/^rpc_timeout$|^rpc_no_answer$/),
    })
    await peer.call('slow', [], { timeout: '10ms' }).catch(() => undefined)
    expect(await peer.call('echo')).toBe('in time')
    const failures = probe.recorded('rpc_failed').filter(({ tags }) => 'error' in tags)
    expect(failures.map(({ tags: { name } }) => name)).toEqual(expect.arrayContaining(['silent']))
  })

  it.each(['not json', '{"jsonrpc":"1.0","id":1,"result":1}', '[1]', '{"jsonrpc":"2.0","id":{},"result":1}'])(
    'fails its calls as malformed_message where it hears %s',
    async (garbage) => {
      const { peer, probe } = await open(await start((___, say) => say(garbage)))
      await expect(peer.call('echo')).rejects.toEqual(failed('malformed_message'))
      expect(probe.recorded('rpc_failed')).toMatchObject([{ tags: { error: 'malformed_message' }, trues: 1 }])
    },
  )

  it('fails what waits where the connection is reset', async () => {
    const server = await start(() => server.drop())
    const { peer, probe } = await open(server)
    await expect(peer.call('echo')).rejects.toEqual(failed('connection_reset'))
    expect(probe.recorded('rpc_failed')).toMatchObject([{ tags: { error: 'connection_reset' } }])
  })

  it('is interrupted by its user, which counts as no failure', async () => {
    const server = await start(() => probe.abort.abort())
    const { peer, probe } = await open(server)
    await expect(peer.call('echo')).rejects.toEqual(failed('interrupted'))
    expect(probe.recorded('rpc_failed')).toEqual([])
  })

  it('fails what waits where it is closed, and opens nothing more', async () => {
    const { peer } = await open(await start(() => undefined))
    const waiting = expect(peer.receive()).rejects.toMatchObject({ name: 'FlowError' })
    await peer.close()
    await waiting
    expect(peer.open).toBe(false)
    await expect(peer.call('echo')).rejects.toMatchObject({ name: 'FlowError' })
  })
})

describe.each(TRANSPORTS.slice(0, 2))('a lost JSON-RPC connection over %s', (_, start) => {
  it('comes back where that was asked for', async () => {
    let lost = 0
    const reopened: string[] = []
    const server = await start((message, say) => {
      if (lost++ === 0) server.drop()
      else serve(message, say)
    })
    const { peer, probe } = await open(server, {
      reconnect: { backoff: '5ms' },
      onReconnected: () => void reopened.push('again'),
    })
    await expect(peer.call('echo')).rejects.toEqual(failed('connection_reset'))
    expect(await peer.call('echo', [1])).toEqual([1])
    expect(reopened).toEqual(['again'])
    const kind = server.address.startsWith('tcp') ? 'tcp' : 'ws'
    expect(probe.recorded(`${kind}_reconnects`)).toMatchObject([{ sum: 1 }])
    expect(probe.recorded(`${kind}_session_failed`)).toEqual([])
  })
})

describe('JSON-RPC over HTTP', () => {
  it('gives an error without an id to the call that it came back for', async () => {
    const answer = '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON"}}'
    const head = `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${answer.length}\r\n\r\n`
    const { origin } = await rawServer((socket) => socket.write(head + answer))
    const peer = await probeSession(origin).session.openRpc('/rpc', {}, WITHIN)
    await expect(peer.call('echo')).rejects.toEqual(failed('rpc_parse_error'))
  })

  it.each([
    ['malformed_message', gzipSync('data: nonsense\n\n')],
    ['decode_failed', gzipSync(': nothing\n\n').subarray(0, -4)],
  ])('is %s where that shows after the whole answer has come', async (errorClass, body) => {
    const { origin } = await httpServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }).end(body),
    )
    const peer = await probeSession(origin).session.openRpc('/rpc', {}, WITHIN)
    await expect(peer.call('echo')).rejects.toMatchObject({ errorClass: expect.stringMatching(errorClass) })
  })

  it('is rpc_refused where the status says no more', async () => {
    const { origin } = await rawServer((socket) =>
      socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy'),
    )
    const probe = probeSession(origin)
    const peer = await probe.session.openRpc('/rpc', {}, WITHIN)
    await expect(peer.call('echo')).rejects.toMatchObject({
      errorClass: 'rpc_refused',
      message: 'answered 503',
    })
    await expect(peer.notify('log')).rejects.toEqual(failed('rpc_refused'))
    expect(probe.recorded('http_reqs')).toMatchObject([
      { tags: { name: 'POST /rpc', status: '503' }, sum: 2 },
    ])
  })
})

it.each([
  [{ over: 'udp' }, 'vu.jsonRpc: over is "udp" (allowed: one of tcp, websocket, http)'],
  [{ timout: '3s' }, 'vu.jsonRpc: timout is no option here: did you mean timeout?'],
])('refuses the options %j', async (options, message) => {
  const { session } = probeSession('http://127.0.0.1:9')
  await expect(session.openRpc(':9', options as never, WITHIN)).rejects.toMatchObject({
    errorClass: 'bad_request_options',
    message,
  })
})
