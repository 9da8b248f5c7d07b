/** Entry of bare `ws` as a client: `ws-process.ts <url>`. */
import { WebSocket } from 'ws'
import { converse } from './message-client.ts'

const [, , url = ''] = process.argv

converse((onOpen, onText) => {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  socket.on('open', onOpen)
  socket.on('message', (data) => onText(String(data)))
  return socket
})
