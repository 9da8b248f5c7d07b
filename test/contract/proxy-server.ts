import { createServer, type IncomingMessage, request as requestHttp } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { certificate, key, listening, type WireServer } from './wire-server.ts'

export interface ProxyServer extends WireServer {
  /** What it was asked for: `CONNECT host:port` or `GET http://host:port/path`. */
  asked: string[]
  /** The credentials it was shown, each time. */
  shown: (string | undefined)[]
}

interface ProxyOptions {
  secure?: boolean
  /** Names that it alone knows, each as 127.0.0.1. */
  knows?: string
  /** Answers a CONNECT in its place. */
  answer?: (socket: Duplex, request: IncomingMessage) => void
  /** Refuses what it is asked to forward, with this status. */
  refuses?: number
}

/** A proxy that forwards requests and makes tunnels, and keeps what it is asked for. */
export async function proxyServer({
  secure = false,
  knows,
  answer,
  refuses,
}: ProxyOptions = {}): Promise<ProxyServer> {
  const asked: string[] = []
  const shown: (string | undefined)[] = []
  const keep = ({ method, url, headers }: IncomingMessage): void => {
    asked.push(`${method} ${url}`)
    shown.push(headers['proxy-authorization'])
  }
  const addressOf = (host: string): string => (host === knows ? '127.0.0.1' : host)
  const server = secure ? createTlsServer({ cert: certificate, key }) : createServer()
  server.on('request', (request: IncomingMessage, response) => {
    keep(request)
    if (refuses !== undefined) return response.writeHead(refuses).end()
    const { hostname, port, pathname, search } = new URL(request.url ?? '')
    const { 'proxy-authorization': _, ...headers } = request.headers
    const options = {
      host: addressOf(hostname),
      port,
      path: pathname + search,
      method: request.method,
      headers,
    }
    const passed = requestHttp(options, (reply) => {
      response.writeHead(reply.statusCode ?? 0, reply.headers)
      reply.pipe(response)
    })
    passed.on('error', () => response.writeHead(502).end())
    request.pipe(passed)
  })
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    keep(request)
    socket.on('error', () => undefined)
    if (answer)
      return answer(
        socket.resume().on('end', () => socket.end()),
        request,
      )
    const { hostname, port } = new URL(`http://${request.url}`)
    const onward = connect(Number(port || 80), addressOf(hostname), () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  })
  const listeningServer = await listening(server, secure ? 'https' : 'http')
  return { ...listeningServer, asked, shown }
}
