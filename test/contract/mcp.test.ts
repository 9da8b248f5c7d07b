import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import type { McpOptions, VirtualMcp } from '../../lib/core/flow.ts'
import { type Serve, tcpRpcServer, webSocketRpcServer } from './rpc-server.ts'
import { probeSession, type SessionProbe, WITHIN } from './session-probe.ts'
import { httpServer } from './wire-server.ts'

const failed = (errorClass: string): unknown => expect.objectContaining({ errorClass })
const SERVER = {
  protocolVersion: '2025-03-26',
  capabilities: { tools: {} },
  serverInfo: { name: 'tools', version: '1' },
}

interface Asked {
  method: string | undefined
  session: unknown
  version: unknown
  accept: unknown
  body: Record<string, unknown>
}

interface McpServer {
  origin: string
  asked: Asked[]
  /** The GET stream, while it is open. */
  listening: ServerResponse[]
  /** Forgets the session. */
  forget: () => void
}

/** A server of MCP's streamable HTTP: calls of tools are answered by event streams, with progress before the result. */
async function mcpServer({ listens = true } = {}): Promise<McpServer> {
  const asked: Asked[] = []
  const listening: ServerResponse[] = []
  let session = 's-1'
  const serve = (request: IncomingMessage, body: Asked['body'], response: ServerResponse): void => {
    const { id, method } = body
    if (method === 'initialize') {
      response.setHeader('mcp-session-id', session).setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: SERVER }))
    } else if (request.headers['mcp-session-id'] !== session) response.writeHead(404).end()
    else if (request.method === 'DELETE') response.writeHead(204).end()
    else if (request.method === 'GET' && !listens) response.writeHead(405).end()
    else if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      listening.push(response)
    } else if (id === undefined || method === undefined) response.writeHead(202).end()
    else {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}\n\n')
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`)
    }
  }
  const server = await httpServer((request, response) => {
    let text = ''
    request.on('data', (data) => {
      text += data
    })
    request.on('end', () => {
      const { 'mcp-session-id': sent, 'mcp-protocol-version': version, accept } = request.headers
      const body = text === '' ? {} : JSON.parse(text)
      asked.push({ method: request.method, session: sent, version, accept, body })
      serve(request, body, response)
    })
  })
  const forget = (): void => {
    session = 's-2'
  }
  return { origin: server.origin, asked, listening, forget }
}

async function open(
  origin: string,
  options: McpOptions = {},
): Promise<{ probe: SessionProbe; mcp: VirtualMcp }> {
  const probe = probeSession(origin)
  return { probe, mcp: await probe.session.openMcp('/mcp', { timeout: '5s', ...options }, WITHIN) }
}

describe('an MCP session over streamable HTTP', () => {
  it('is initialised, carries its session and revision, and is deleted at its end', async () => {
    const server = await mcpServer()
    const { mcp } = await open(server.origin, {
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
    const { mcp, probe } = await open((await mcpServer()).origin)
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
    const { mcp, probe } = await open(server.origin, { listen: true })
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
    const { mcp } = await open(server.origin, { listen: true })
    server.listening[0]?.write('retry: 1\n\n')
    server.listening[0]?.end()
    await vi.waitFor(() => expect(server.listening).toHaveLength(2))
    server.listening[1]?.write('data: {"jsonrpc":"2.0","method":"again"}\n\n')
    expect((await mcp.receive()).method).toBe('again')
    await mcp.close()
  })

  it('goes on where the server lets nobody listen', async () => {
    const { mcp, probe } = await open((await mcpServer({ listens: false })).origin, { listen: true })
    expect(await mcp.call('tools/call')).toEqual({ content: [] })
    expect(probe.recorded('stream_failed')).toMatchObject([{ tags: { error: 'stream_refused' } }])
  })

  it('is mcp_session_lost where the server has forgotten it', async () => {
    const server = await mcpServer()
    const { mcp } = await open(server.origin)
    server.forget()
    await expect(mcp.call('tools/call')).rejects.toEqual(failed('mcp_session_lost'))
  })

  it('does not open where it is not initialised', async () => {
    const server = await httpServer((_, response) => response.writeHead(500).end())
    await expect(open(server.origin)).rejects.toEqual(failed('rpc_refused'))
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
