import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../../lib/target/refusal.ts'
import type { Platform } from './platform.ts'

const TOKEN_LIFE_S = 3_600
const USER_ID = 'userId'

const loginSchema = {
  type: 'object',
  required: ['username', 'password'],
  properties: {
    username: { type: 'string', minLength: 1, maxLength: 128 },
    password: { type: 'string', minLength: 1, maxLength: 128 },
  },
}

interface Login {
  username: string
  password: string
}

/** Login: any credentials are good, the same name is the same user. */
export function addLogin(app: FastifyInstance, { tokens }: Platform): void {
  app.post<{ Body: Login }>('/auth/login', { schema: { body: loginSchema } }, (request) => {
    const userId = `user-${createHash('sha256').update(request.body.username).digest('hex').slice(0, 12)}`
    const token = tokens.issue(userId, epochSeconds() + TOKEN_LIFE_S)
    return { token, userId, expiresInS: TOKEN_LIFE_S }
  })
}

/** Demands a token that login issued: in `Authorization`, or, since browsers can't set it there, in a WebSocket's URL. */
export function demandToken(app: FastifyInstance, { tokens }: Platform): void {
  app.decorateRequest(USER_ID)
  app.addHook('onRequest', async (request, reply) => {
    const userId = tokens.subjectOf(tokenOf(request), epochSeconds())
    if (userId !== undefined) return request.setDecorator(USER_ID, userId)
    reply.header('www-authenticate', 'Bearer')
    throw new Refusal(
      401,
      'TOKEN_INVALID',
      'a token of POST /auth/login is needed as Authorization: Bearer <token>',
    )
  })
}

/** Who the request's token was issued to. */
export function userIdOf(request: FastifyRequest): string {
  return request.getDecorator<string>(USER_ID)
}

function tokenOf(request: FastifyRequest): string {
  const [, bearer] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
  if (bearer !== undefined || !request.ws) return bearer ?? ''
  const { token } = request.query as { token?: unknown }
  return typeof token === 'string' ? token : ''
}

function epochSeconds(): number {
  return Math.floor(Date.now() / 1_000)
}
