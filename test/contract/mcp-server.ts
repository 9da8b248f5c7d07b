import type { IncomingMessage, ServerResponse } from 'node:http'
import type { McpOptions, VirtualMcp } from '../../lib/core/scenario/flow.ts'
import { probeSession, type SessionProbe, WITHIN } from './session-probe.ts'
import { httpServer } from './wire-server.ts'

export const SERVER = {
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

/** How a server starts the next session: after so many refusals with 503, with one in the midst of it, never, or to forget it at once. */
type Reluctance = number | 'hesitant' | 'silent' | 'forgetful'

export interface McpServer {
  origin: string
  asked: Asked[]
  /** The GET stream, while it is open. */
  listening: ServerResponse[]
  /** Forgets the session. */
  forget: (reluctance?: Reluctance) => void
  /** Answers what was asked slowly. */
  release: () => void
}

/** A server of MCP's streamable HTTP: calls of tools are answered by event streams, with progress before the result. */
export async function mcpServer({ listens = true } = {}): Promise<McpServer> {
  const asked: Asked[] = []
  const listening: ServerResponse[] = []
  const slow: (() => void)[] = []
  let session = 's-1'
  let sessions = 1
  let reluctance: Reluctance = 0
  const serve = (request: IncomingMessage, body: Asked['body'], response: ServerResponse): void => {
    const { id, method } = body
    if (method === 'initialize' && reluctance === 'silent') return
    if (method === 'initialize' && typeof reluctance === 'number' && reluctance-- > 0)
      response.writeHead(503).end()
    else if (method === 'initialize') {
      response.setHeader('mcp-session-id', session).setHeader('content-type', 'application/json')
      if (reluctance === 'forgetful') forget()
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: SERVER }))
    } else if (request.headers['mcp-session-id'] !== session) response.writeHead(404).end()
    else if (request.method === 'DELETE') response.writeHead(204).end()
    else if (request.method === 'GET' && !listens) response.writeHead(405).end()
    else if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      listening.push(response)
    } else if ((id === undefined || method === undefined) && reluctance === 'hesitant') {
      reluctance = 0
      response.writeHead(503).end()
    } else if (id === undefined || method === undefined) response.writeHead(202).end()
    else if (method === 'slow') {
      const answer = JSON.stringify({ jsonrpc: '2.0', id, result: 'late' })
      const asked = session
      slow.push(() => response.setHeader('mcp-session-id', asked).end(answer))
    } else {
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
  const forget = (next: Reluctance = 0): void => {
    session = `s-${++sessions}`
    reluctance = next
  }
  const release = (): void => {
    for (const answer of slow.splice(0)) answer()
  }
  return { origin: server.origin, asked, listening, forget, release }
}

export async function openMcp(
  origin: string,
  options: McpOptions = {},
): Promise<{ probe: SessionProbe; mcp: VirtualMcp }> {
  const probe = probeSession(origin)
  return { probe, mcp: await probe.session.openMcp('/mcp', { timeout: '5s', ...options }, WITHIN) }
}
