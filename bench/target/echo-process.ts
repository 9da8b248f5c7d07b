/** Entry of the WebSocket echo server: `echo-process.ts <port>`. */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const http = createServer((_, response) => response.end('up'))
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false })
sockets.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})
http.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 8_192 })
