import type { FastifyInstance } from 'fastify'
import { BoundedMap } from '../../../lib/target/bounded-map.ts'
import { Refusal } from '../../../lib/target/refusal.ts'
import { userIdOf } from './access.ts'
import { type EditCounts, Edits } from './edits.ts'
import type { Platform } from './platform.ts'
import { Room } from './room.ts'

const ROOMS_LIMIT = 20_000

const roomId = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' }
const roomSchema = { type: 'object', required: ['roomId'], properties: { roomId } }
const broadcastSchema = { ...roomSchema, required: ['roomId', 'change'], properties: { roomId, change: {} } }

type InRoom = { roomId: string }

/** What the metrics page tells of collaboration. */
export interface CollaborationState {
  readonly rooms: number
  readonly edits: EditCounts
}

/** Rooms, opened by joining them; the newest 20,000 and those with members are known. */
export function addCollaboration(app: FastifyInstance, platform: Platform): CollaborationState {
  const rooms = new BoundedMap<string, Room>(ROOMS_LIMIT, (room) => room.members > 0)
  const edits: EditCounts = { received: 0, delivered: 0, dropped: 0 }
  const roomOf = ({ roomId }: InRoom): Room => {
    const room = rooms.get(roomId)
    if (room === undefined) throw new Refusal(404, 'ROOM_UNKNOWN', `nobody has joined a room ${roomId}`)
    return room
  }

  app.post<{ Body: InRoom }>(
    '/collaboration/join',
    { schema: { body: roomSchema } },
    ({ body: { roomId } }) => {
      const room = rooms.get(roomId) ?? new Room(roomId)
      rooms.set(roomId, room)
      return { roomId, socketPath: `/collaboration/rooms/${roomId}`, members: room.members }
    },
  )

  app.get<{ Params: InRoom }>(
    '/collaboration/rooms/:roomId',
    { websocket: true, preHandler: async ({ params }) => void roomOf(params) },
    (socket, { params }) => {
      const room = roomOf(params)
      const sent = new Edits(platform, edits)
      room.enter(socket)
      socket.on('message', (edit, isBinary) => sent.add(() => room.broadcast(edit, isBinary, socket)))
    },
  )

  app.post<{ Body: InRoom & { change: unknown } }>(
    '/collaboration/broadcast',
    { schema: { body: broadcastSchema } },
    (request) => {
      const { roomId, change } = request.body
      const delivered = roomOf(request.body).broadcast(
        JSON.stringify({ type: 'change', roomId, userId: userIdOf(request), change }),
      )
      edits.received += 1
      edits.delivered += delivered
      platform.backing.countMessage()
      return { roomId, delivered }
    },
  )

  app.get<{ Querystring: InRoom }>(
    '/collaboration/status',
    { schema: { querystring: roomSchema } },
    ({ query }) => {
      const room = roomOf(query)
      return { roomId: room.roomId, members: room.members, edits: room.edits }
    },
  )
  return {
    edits,
    get rooms() {
      return rooms.size
    },
  }
}
