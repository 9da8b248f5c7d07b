import type { FastifyInstance } from 'fastify'
import { BoundedMap } from '../../../lib/target/bounded-map.ts'
import type { Served } from '../../../lib/target/capacity.ts'
import { Refusal } from '../../../lib/target/refusal.ts'
import { drawLognormal, drawNormal } from '../../../lib/target/service-time.ts'
import { userIdOf } from './access.ts'
import { servedOf } from './admission.ts'
import type { Platform } from './platform.ts'

const AGENTS = ['codebase_management', 'meta_agent', 'cross_platform_optimization'] as const
const ACTIONS = ['handoff', 'predict', 'optimize'] as const
const STRATEGIES = ['lazy-hydration', 'edge-cache', 'bundle-split', 'list-windowing'] as const

const actionSchema = {
  type: 'object',
  required: ['agent', 'action'],
  properties: {
    agent: { enum: AGENTS },
    action: { enum: ACTIONS },
    context: { type: 'object' },
  },
}

interface ActionRequest {
  agent: (typeof AGENTS)[number]
  action: (typeof ACTIONS)[number]
  context?: Record<string, unknown>
}

const NOT_READY_SHARE = 0.05
const NOT_READY_RETRY_MS = 50
const WAITING_USERS_LIMIT = 10_000
/** Of the handoffs that fail, those that say so with a status. */
const FAILURE_BY_STATUS_SHARE = 0.5

/** The agents: their actions, and their metrics, which now and then have to be asked for twice. */
export function addAgents(app: FastifyInstance, platform: Platform): void {
  const tallies = new Map(AGENTS.map((agent) => [agent, { agent, actions: 0, failures: 0 }]))
  const notReady = new BoundedMap<string, true>(WAITING_USERS_LIMIT)
  let actions = 0

  app.post<{ Body: ActionRequest }>('/agents/action', { schema: { body: actionSchema } }, (request) => {
    const { agent, action } = request.body
    const tally = tallies.get(agent)
    const failed = action === 'handoff' && platform.happens(platform.condition.handoffFailureShare)
    if (tally !== undefined) {
      tally.actions += 1
      tally.failures += failed ? 1 : 0
    }
    platform.backing.countMessage()
    if (failed && platform.happens(FAILURE_BY_STATUS_SHARE)) {
      throw new Refusal(502, 'AGENT_UNREACHABLE', `${agent} did not take the handoff`)
    }
    const head = { actionId: `action-${++actions}`, agent, action, status: failed ? 'failed' : 'completed' }
    return { ...head, ...outcomeOf(action, servedOf(request), platform) }
  })

  app.get('/agents/metrics', (request, reply) => {
    const userId = userIdOf(request)
    if (!notReady.delete(userId) && platform.happens(NOT_READY_SHARE)) {
      notReady.set(userId, true)
      return reply.code(202).send({ ready: false, retryAfterMs: NOT_READY_RETRY_MS })
    }
    return { ready: true, agents: [...tallies.values()] }
  })
}

function outcomeOf(
  action: ActionRequest['action'],
  served: Served,
  platform: Platform,
): Record<string, unknown> {
  const { outcomes, condition, fleet } = platform
  switch (action) {
    case 'handoff':
      return {
        handoffDelayMs: round(served.waitMs + served.serviceMs + drawLognormal(outcomes, 90, 0.3)),
        deconflicted: !platform.happens(condition.conflictShare),
      }
    case 'predict':
      return { strategy: outcomes.pick(STRATEGIES), confidencePercent: outcomes.integer(80, 99) }
    case 'optimize':
      return {
        strategy: outcomes.pick(STRATEGIES),
        performanceUpliftPercent: round(
          Math.max(0, 19 + 1.2 * drawNormal(outcomes) - 15 * fleet.load.saturation),
        ),
        domMutationMs: round(drawLognormal(outcomes, 18, 0.2) * (1 + fleet.load.utilisation / 2)),
        deconflicted: !platform.happens(condition.conflictShare),
      }
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
