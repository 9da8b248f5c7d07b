/** Entry of undici's WebSocket as a client: `undici-process.ts <url>`. */
import { WebSocket } from 'undici'
import { converse } from './message-client.ts'

const [, , url = ''] = process.argv

converse((onOpen, onText) => {
  const socket = new WebSocket(url)
  socket.addEventListener('open', onOpen)
  socket.addEventListener('message', ({ data }) => onText(String(data)))
  return socket
})
