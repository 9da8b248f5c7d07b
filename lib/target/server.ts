import multipart from '@fastify/multipart'
import websocket from '@fastify/websocket'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { WebSocket } from 'ws'
import { VolleyError } from '../core/base/errors.ts'
import type { ModelTarget } from './model.ts'
import { Refusal } from './refusal.ts'
import { RequestStats, STATS_PATH } from './request-stats.ts'

const DEFAULT_HOST = '127.0.0.1'
const BODY_LIMIT_BYTES = 10_485_760
const SOCKET_MESSAGE_LIMIT_BYTES = 1_048_576
/** Longer than a run leaves a connection idle, so that a request never meets a closing one. */
const KEEP_ALIVE_MS = 75_000
const BACKLOG = 4_096
/** How long WebSocket clients may take to answer a closing handshake. */
const SOCKET_CLOSE_MS = 200

const CODE_BY_STATUS: Record<number, string> = {
  400: 'BODY_INVALID',
  413: 'BODY_TOO_LARGE',
  415: 'MEDIA_TYPE_UNSUPPORTED',
}

/**
 * An HTTP and WebSocket server that counts exactly what arrives and answers `GET /_model/stats`. Errors are
 * answered as `{code, message}`; a body that breaks its route's JSON schema as 400 `SCHEMA_INVALID`.
 */
export async function createServer(): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    frameworkErrors: answerError,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  })
  const stats = new RequestStats()
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) stats.addRoute(one, url)
  })
  app.server.prependListener('request', ({ method, url }) => stats.countRequest(method ?? '', url ?? ''))
  app.server.prependListener('upgrade', () => stats.countUpgrade())
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request) => {
    throw new Refusal(404, 'ROUTE_UNKNOWN', `there is no ${request.method} ${request.url}`)
  })
  await app.register(multipart, { throwFileSizeLimit: true })
  await app.register(websocket, {
    options: { maxPayload: SOCKET_MESSAGE_LIMIT_BYTES, perMessageDeflate: false },
    errorHandler: (_error, socket) => socket.terminate(),
    preClose: () => closeSockets(app.websocketServer.clients),
  })
  app.get(STATS_PATH, () => stats.read())
  return app
}

/** Listens, and says where. Throws `PORT_IN_USE` or `INPUT_INVALID`. */
export async function listen(app: FastifyInstance, port: number, host = DEFAULT_HOST): Promise<ModelTarget> {
  try {
    const url = await app.listen({ port, host: host === 'localhost' ? DEFAULT_HOST : host, backlog: BACKLOG })
    return { url, close: () => app.close() }
  } catch (error) {
    await app.close()
    throw listenError(error as NodeJS.ErrnoException, port, host)
  }
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new VolleyError('PORT_IN_USE', `port ${port} of ${host} is in use`, [
      {
        field: 'port',
        value: String(port),
        limit: 'a free port',
        next: 'choose another port, or 0 for a free one',
      },
    ])
  }
  if (error.code === 'EACCES') {
    return new VolleyError('INPUT_INVALID', `port ${port} needs privileges`, [
      { field: 'port', value: String(port), limit: '0 or 1024 to 65535', next: 'choose a higher port' },
    ])
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new VolleyError('INPUT_INVALID', `${host} is no address of this machine`, [
      { field: 'host', value: host, limit: 'an address of this machine', next: `use ${DEFAULT_HOST}` },
    ])
  }
  return error
}

function answerError(error: FastifyError | Refusal, _request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 500
  if (error instanceof Refusal && error.retryAfterS !== undefined)
    reply.header('retry-after', error.retryAfterS)
  reply.code(status).send({ code: codeOf(error, status), message: error.message })
}

function codeOf(error: FastifyError | Refusal, status: number): string {
  if (error instanceof Refusal) return error.code
  return error.validation === undefined ? (CODE_BY_STATUS[status] ?? 'INTERNAL') : 'SCHEMA_INVALID'
}

async function closeSockets(sockets: Iterable<WebSocket>): Promise<void> {
  const open = [...sockets]
  if (open.length === 0) return
  const closed = Promise.all(open.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
  for (const socket of open) socket.close(1001, 'the target closes')
  const patience = setTimeout(() => open.map((socket) => socket.terminate()), SOCKET_CLOSE_MS)
  await closed
  clearTimeout(patience)
}
