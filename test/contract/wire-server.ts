import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { createServer as createRawTlsServer, type TlsOptions } from 'node:tls'
import { onTestFinished } from 'vitest'

/** A server on a free port of 127.0.0.1 that ends with its test. */
export interface WireServer {
  origin: string
  server: Server
  /** Every connection it ever took. */
  sockets: Socket[]
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

export const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8')

/** Self-signed for localhost and 127.0.0.1. */
export const certificate = pem('certificate')
export const key = pem('key')

export function httpServer(handle: Handle): Promise<WireServer> {
  return listening(createServer({ keepAliveTimeout: 0 }, handle), 'http')
}

export function httpsServer(handle: Handle): Promise<WireServer> {
  return listening(createTlsServer({ cert: certificate, key, keepAliveTimeout: 0 }, handle), 'https')
}

/** Does with a socket as it is told whenever a client sends a chunk. */
export function rawServer(
  answer: (socket: Socket, request: string) => void,
  options: { allowHalfOpen?: boolean } = {},
): Promise<WireServer> {
  return listening(
    createTcpServer(options, (socket) => {
      socket.on('data', (chunk) => answer(socket, String(chunk)))
    }),
    'http',
  )
}

/** Speaks TLS with a certificate of this name, and does with a connection as it is told. */
export function tlsServer(
  name: string,
  connected: (socket: Socket) => void,
  options: TlsOptions = {},
): Promise<WireServer> {
  return listening(createRawTlsServer({ cert: pem(name), key, ...options }, connected), 'https')
}

/** Does with a socket as it is told when it is connected, and reads nothing. */
export function silentServer(connected: (socket: Socket) => void): Promise<WireServer> {
  return listening(createTcpServer(connected), 'http')
}

/** An origin nothing listens at. */
export async function refusedOrigin(): Promise<string> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

/** Calls back with each line that a client sends; greets it first where it has words for that. */
export function lineServer(
  onLine: (line: string, socket: Socket) => void,
  greeting = '',
): Promise<WireServer> {
  const server = createTcpServer((socket) => {
    if (greeting !== '') socket.write(greeting)
    createInterface({ input: socket }).on('line', (line) => onLine(line, socket))
  })
  return listening(server, 'http')
}

/** Listens with a server until its test ends. */
export async function listening(server: Server, scheme: string): Promise<WireServer> {
  const sockets: Socket[] = []
  server.on('connection', (socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { server, sockets, origin: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
