import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { httpServer, lineServer, type WireServer } from './wire-server.ts'

/** A message or a batch, as it came. */
export type Heard = Record<string, unknown> | Record<string, unknown>[]

/** What a server says to one message: each object or text is a message of its own. */
export type Serve = (message: Record<string, unknown>, say: (answer: object | string) => void) => void

/** A JSON-RPC server over one kind of transport, and the address that reaches it. */
export interface RpcServer {
  address: string
  origin: string
  heard: Heard[]
  sockets: Socket[]
  /** Resets what is open. */
  drop: () => void
}

const textOf = (answer: object | string): string =>
  typeof answer === 'string' ? answer : JSON.stringify(answer)

/** Hears one text; answers to a batch are said one by one. */
function hear(text: string, heard: Heard[], serve: Serve, say: (answer: object | string) => void): void {
  const message = JSON.parse(text) as Heard
  heard.push(message)
  for (const each of Array.isArray(message) ? message : [message]) serve(each, say)
}

export async function tcpRpcServer(serve: Serve): Promise<RpcServer> {
  const heard: Heard[] = []
  const server = await lineServer((line, socket) =>
    hear(line, heard, serve, (answer) => void socket.write(`${textOf(answer)}\n`)),
  )
  return serverOf(server, server.origin.replace('http', 'tcp'), heard)
}

export async function webSocketRpcServer(serve: Serve): Promise<RpcServer> {
  const heard: Heard[] = []
  const sockets = new WebSocketServer({ noServer: true })
  const server = await httpServer((_, response) => response.writeHead(404).end())
  server.server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (client: WebSocket) =>
      client.on('message', (data) =>
        hear(String(data), heard, serve, (answer) => client.send(textOf(answer))),
      ),
    ),
  )
  return serverOf(server, server.origin.replace('http', 'ws'), heard)
}

/** Answers a POST by a stream of all that is said within 30 ms, or by JSON where it says one thing at once. */
export async function httpRpcServer(serve: Serve, as: 'json' | 'stream'): Promise<RpcServer> {
  const heard: Heard[] = []
  const server = await httpServer((request, response) => {
    let text = ''
    request.on('data', (data) => {
      text += data
    })
    request.on('end', () => {
      const said: string[] = []
      if (as === 'stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
        setTimeout(() => response.end(), 30)
        hear(
          text,
          heard,
          serve,
          (answer) => void response.write(`event: message\ndata: ${textOf(answer)}\n\n`),
        )
        return
      }
      hear(text, heard, serve, (answer) => said.push(textOf(answer)))
      if (said.length === 0) response.writeHead(202).end()
      else
        response
          .setHeader('content-type', 'application/json')
          .end(said.length === 1 ? said[0] : `[${said.join(',')}]`)
    })
  })
  return serverOf(server, `${server.origin}/rpc`, heard)
}

function serverOf({ origin, sockets }: WireServer, address: string, heard: Heard[]): RpcServer {
  const drop = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return { address, origin, heard, sockets, drop }
}
