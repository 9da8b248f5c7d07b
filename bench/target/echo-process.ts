/**
 * Entry of the echo server: `echo-process.ts <port>`. It looks at nothing but the frames, so that it serves more than a client
 * can ask for. On the same port: WebSockets at any path, with JSON-RPC answered at `/rpc`, and lines over TCP.
 */
import { createHash } from 'node:crypto'
import { createServer as createHttp, type IncomingMessage } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { FrameEcho } from './frames.ts'

/** RFC 6455 section 1.3. */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const OBJECT_BEGINS = 0x7b
const LF = 10

let messages = 0

const http = createHttp((_, response) => response.end(String(messages)))
http.on('upgrade', (request, socket: Socket, head) => upgrade(request, socket, head))

createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined)
  socket.once('data', (first) => {
    if (first[0] !== OBJECT_BEGINS) {
      http.emit('connection', socket)
      socket.unshift(first)
      return
    }
    echoLines(socket, first)
    socket.on('data', (piece: Buffer) => echoLines(socket, piece))
  })
}).listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 8_192 })

function upgrade({ headers, url }: IncomingMessage, socket: Socket, head: Buffer): void {
  const key = `${headers['sec-websocket-key']}${ACCEPT_SUFFIX}`
  const accept = createHash('sha1').update(key).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  )
  const echo = new FrameEcho(url === '/rpc' ? resultOf : undefined, (frame, isLast) => {
    messages++
    if (isLast) socket.end(frame)
    else socket.write(frame)
  })
  socket.on('data', (piece: Buffer) => echo.push(piece))
  if (head.length > 0) echo.push(head)
}

/** Whoever calls writes its id before the parameters. */
function resultOf(call: Buffer): Buffer {
  const id = /"id":(\d+)/.exec(call.toString('latin1'))?.[1] ?? 'null'
  return Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{"heard":true}}`)
}

function echoLines(socket: Socket, piece: Buffer): void {
  for (let at = piece.indexOf(LF); at !== -1; at = piece.indexOf(LF, at + 1)) messages++
  socket.write(piece)
}
