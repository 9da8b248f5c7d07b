import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Served } from '../../../lib/target/capacity.ts'
import type { Platform } from './platform.ts'

const SERVED = 'served'

/** Lets a request into its handler once the fleet has served it. */
export function admitThroughFleet(app: FastifyInstance, platform: Platform): void {
  app.decorateRequest(SERVED)
  app.addHook('preHandler', async (request) => {
    request.setDecorator(SERVED, await platform.serve(`${request.method} ${request.routeOptions.url}`))
  })
}

/** What the request went through in the fleet. */
export function servedOf(request: FastifyRequest): Served {
  return request.getDecorator<Served>(SERVED)
}
