import { describe, expect, it, vi } from 'vitest'
import { mcpServer, openMcp, SERVER } from './mcp-server.ts'
import { type Serve, tcpRpcServer, webSocketRpcServer } from './rpc-server.ts'
import { probeSession, WITHIN } from './session-probe.ts'
import { httpServer } from './wire-server.ts'

const failed = (errorClass: string): unknown => expect.objectContaining({ errorClass })

describe('an MCP session over streamable HTTP', () => {
  it('is initialised, carries its session and revision, and is deleted at its end', async () => {
    const server = await mcpServer()
    const { mcp } = await openMcp(server.origin, {
      protocolVersion: '2025-11-25',
      clientInfo: { name: 'probe', version: '2' },
      capabilities: { roots: {} },
    })
    expect([mcp.server, mcp.sessionId, mcp.open]).toEqual([SERVER, 's-1', true])
    expect(await mcp.call('tools/call', { name: 'search' })).toEqual({ content: [] })
    await mcp.close()
    const session = { session: 's-1', version: '2025-03-26' }
    expect(server.asked).toMatchObject([
      {
        ...{ method: 'POST', session: undefined, version: undefined },
        accept: 'application/json, text/event-stream',
        body: {
          method: 'initialize',
          params: {
            protocolVersion: '2025-11-25',
            clientInfo: { name: 'probe', version: '2' },
            capabilities: { roots: {} },
          },
        },
      },
      { method: 'POST', ...session, body: { method: 'notifications/initialized' } },
      { method: 'POST', ...session, body: { id: 2, method: 'tools/call' } },
      { method: 'DELETE', ...session },
    ])
  })

  it('is measured by method, and by request', async () => {
    const { mcp, probe } = await openMcp((await mcpServer()).origin)
    await mcp.call('tools/call', {}, { name: 'tools/call search' })
    expect((await mcp.receive()).params).toEqual({ progress: 1 })
    await mcp.close()
    const named = (metric: string): unknown[] => probe.recorded(metric).map(({ tags: { name } }) => name)
    expect(named('msg_rtt')).toEqual(['initialize', 'tools/call search'])
    expect(probe.recorded('http_reqs').map(({ tags: { name, status } }) => `${name} ${status}`)).toEqual([
      'POST /mcp 200',
      'POST /mcp 202',
      'DELETE /mcp 204',
    ])
    expect(probe.recorded('http_req_failed').every((each) => 'trues' in each && each.trues === 0)).toBe(true)
  })

  it('hears what the server sends by itself, answers its pings, and stops at the end', async () => {
    const server = await mcpServer()
    const { mcp, probe } = await openMcp(server.origin, { listen: true })
    server.listening[0]?.write('data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n')
    expect((await mcp.receive({ method: 'notifications/tools/list_changed' })).params).toBe(undefined)
    server.listening[0]?.write('data: {"jsonrpc":"2.0","id":"p","method":"ping"}\n\n')
    await vi.waitFor(() => expect(server.asked.at(-1)?.body).toEqual({ jsonrpc: '2.0', id: 'p', result: {} }))
    await mcp.close()
    await vi.waitFor(() => expect(server.listening[0]?.closed).toBe(true))
    expect(probe.recorded('stream_sessions')).toMatchObject([{ tags: { name: 'GET /mcp' }, sum: 1 }])
    expect(probe.recorded('stream_failed')).toMatchObject([{ trues: 0, total: 1 }])
  })

  it('listens again where the stream was lost', async () => {
    const server = await mcpServer()
    const { mcp } = await openMcp(server.origin, { listen: true })
    server.listening[0]?.write('retry: 1\n\n')
    server.listening[0]?.end()
    await vi.waitFor(() => expect(server.listening).toHaveLength(2))
    server.listening[1]?.write('data: {"jsonrpc":"2.0","method":"again"}\n\n')
    expect((await mcp.receive()).method).toBe('again')
    await mcp.close()
  })

  it('goes on where the server lets nobody listen', async () => {
    const { mcp, probe } = await openMcp((await mcpServer({ listens: false })).origin, { listen: true })
    expect(await mcp.call('tools/call')).toEqual({ content: [] })
    expect(probe.recorded('stream_failed')).toMatchObject([{ tags: { error: 'stream_refused' } }])
  })

  it('does not open where it is not initialised', async () => {
    const server = await httpServer((_, response) => response.writeHead(500).end())
    await expect(openMcp(server.origin)).rejects.toEqual(failed('rpc_refused'))
  })
})

describe.each([
  ['TCP', tcpRpcServer],
  ['a WebSocket', webSocketRpcServer],
] as const)('an MCP session over %s', (_, start) => {
  const serve: Serve = ({ id, method }, say) => {
    if (method === 'initialize') say({ jsonrpc: '2.0', id, result: SERVER })
    else if (id !== undefined) say({ jsonrpc: '2.0', id, result: method })
  }

  it('is initialised', async () => {
    const server = await start(serve)
    const mcp = await probeSession(server.origin).session.openMcp(server.address, {}, WITHIN)
    expect([await mcp.call('tools/list'), mcp.server, mcp.sessionId]).toEqual([
      'tools/list',
      SERVER,
      undefined,
    ])
    expect(server.heard).toMatchObject([
      { method: 'initialize' },
      { method: 'notifications/initialized' },
      { method: 'tools/list' },
    ])
  })

  it('is initialised again on a new connection, before anything else', async () => {
    let calls = 0
    const server = await start((message, say) => {
      if (message.method === 'tools/list' && calls++ === 0) server.drop()
      else serve(message, say)
    })
    const options = { reconnect: { backoff: '1ms' } }
    const mcp = await probeSession(server.origin).session.openMcp(server.address, options, WITHIN)
    await expect(mcp.call('tools/list')).rejects.toEqual(failed('connection_reset'))
    expect(await Promise.all([mcp.call('tools/list'), mcp.call('a'), mcp.call('b')])).toEqual([
      'tools/list',
      'a',
      'b',
    ])
    const methods = server.heard.map((each) => ('method' in each ? each.method : undefined))
    expect(methods.slice(3)).toEqual(['initialize', 'notifications/initialized', 'tools/list', 'a', 'b'])
  })
})
