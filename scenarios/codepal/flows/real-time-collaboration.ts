import type { SocketMessage } from 'volley'
import type { CodePalUser } from '../measures.ts'
import { call, login } from './api.ts'

/** Users who edit together. Their numbers are next to each other, so they live in different generators. */
const TEAM_SIZE = 20
const EDITS = 2

interface Edit {
  type: string
  change: { author: number; sentAtMs: number; text: string }
}

/** A user joins the team's room, edits, and sees the edits of the others come in. */
export async function realTimeCollaboration(vu: CodePalUser): Promise<void> {
  await login(vu)
  const roomId = `team-${Math.floor(vu.id / TEAM_SIZE)}`
  const joined = await call(vu, 'POST', '/collaboration/join', { name: 'join room', json: { roomId } })
  if (!vu.check('joined', joined.status === 200)) return
  const { socketPath } = joined.json<{ socketPath: string }>()
  const room = await vu.websocket(socketPath, {
    name: 'room',
    query: { token: String(vu.vars.token) },
    onMessage: (message) => measureEdit(vu, message),
  })
  for (let i = 0; i < EDITS; i++) {
    await vu.think('200ms', '600ms')
    const change = { author: vu.id, sentAtMs: vu.now(), text: vu.random.string(40) }
    const sent = await call(vu, 'POST', '/collaboration/broadcast', {
      name: 'broadcast',
      json: { roomId, change },
    })
    vu.check('edit was broadcast', sent.status === 200)
  }
  // Long enough to see what the others are doing.
  await vu.think('500ms', '1s')
  const status = await call(vu, 'GET', '/collaboration/status', { name: 'room status', query: { roomId } })
  vu.check('the room is known', status.status === 200)
  vu.check('the socket stayed open', room.open)
  await room.close()
}

/** From one user's broadcast to another user's receipt. The author's own copy is left out. */
function measureEdit(vu: CodePalUser, message: SocketMessage): void {
  const { type, change } = message.json<Edit>()
  if (type === 'change' && change.author !== vu.id)
    vu.metrics.edit_latency.add(message.receivedAtMs - change.sentAtMs)
}
