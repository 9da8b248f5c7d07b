import type { FastifyInstance } from 'fastify'
import { exposition, type Family } from '../../../lib/target/exposition.ts'
import { Refusal } from '../../../lib/target/refusal.ts'
import { METRICS_PATH } from '../../../lib/target/request-stats.ts'
import type { CollaborationState } from './collaboration.ts'
import type { Platform } from './platform.ts'

const gauge = (name: string, help: string, read: () => number): Family => ({
  type: 'gauge',
  name,
  help,
  read,
})
const counter = (name: string, help: string, read: () => number): Family => ({
  type: 'counter',
  name,
  help,
  read,
})

/** What the metrics page reads beside the platform itself. */
export interface Tenants {
  projects: () => number
  collaboration: CollaborationState
  sockets: () => number
}

/** `GET /metrics`, in the Prometheus text format; 503 where the condition silences it. */
export function addMetrics(app: FastifyInstance, platform: Platform, tenants: Tenants): void {
  const { contentType, render } = exposition([
    ...taskFamilies(platform),
    ...backingFamilies(platform),
    ...experienceFamilies(platform),
    ...tenantFamilies(tenants),
  ])
  app.get(METRICS_PATH, async (_request, reply) => {
    if (!platform.condition.metricsServed)
      throw new Refusal(503, 'METRICS_DOWN', 'the metrics endpoint is down')
    platform.backing.advance()
    return reply.type(contentType).send(render())
  })
}

function cpuPercent(utilisation: number): number {
  return 4 + 96 * utilisation
}

function taskFamilies({ fleet }: Platform): Family[] {
  const { capacity, autoscaler } = fleet
  return [
    gauge('codepal_ecs_cpu_utilization_percent', 'CPU of all tasks.', () =>
      cpuPercent(fleet.load.utilisation),
    ),
    gauge(
      'codepal_ecs_memory_utilization_percent',
      'Memory of all tasks.',
      () => 60 + 8 * fleet.load.utilisation + 20 * fleet.load.saturation,
    ),
    {
      type: 'gauge',
      name: 'codepal_ecs_task_cpu_utilization_percent',
      help: 'CPU of one task.',
      label: 'task',
      readEach: () =>
        fleet.load.utilisationByTask.map((busy, task) => [String(task + 1), cpuPercent(busy)] as const),
    },
    gauge('codepal_ecs_running_tasks', 'Tasks that serve.', () => autoscaler.runningTasks),
    gauge('codepal_ecs_desired_tasks', 'Tasks the autoscaler has asked for.', () => autoscaler.desiredTasks),
    gauge(
      'codepal_ecs_scale_out_delay_ms',
      'From demand passing the threshold until tasks were asked for; grows while none can be.',
      () => fleet.scaleOutDelayMs,
    ),
    gauge('codepal_ecs_requests_in_service', 'Slots busy now.', () => capacity.busy),
    gauge('codepal_ecs_requests_waiting', 'Requests in the queue now.', () => capacity.waiting),
    counter(
      'codepal_ecs_requests_rejected_total',
      'Work that met a full queue.',
      () => capacity.usage().rejected,
    ),
  ]
}

function backingFamilies({ backing }: Platform): Family[] {
  return [
    counter('codepal_redis_commands_total', 'Redis commands.', () => backing.redisCommands),
    counter(
      'codepal_redis_keyspace_hits_total',
      'Redis lookups that found their key.',
      () => backing.redisHits,
    ),
    counter('codepal_redis_keyspace_misses_total', 'Redis lookups that did not.', () => backing.redisMisses),
    gauge('codepal_redis_cache_hit_rate_percent', 'Redis hit rate now.', () => 100 * backing.cacheHitShare),
    gauge('codepal_postgres_replica_lag_ms', 'How far read replicas are behind.', () => backing.replicaLagMs),
    counter('codepal_message_queue_messages_total', 'Messages between agents.', () => backing.queueMessages),
  ]
}

function experienceFamilies({ fleet }: Platform): Family[] {
  const grows = (idle: number, withUtilisation: number, withSaturation: number) => () =>
    idle + withUtilisation * fleet.load.utilisation + withSaturation * fleet.load.saturation
  return [
    gauge('codepal_frontend_js_idle_ms', 'Idle time of the front-end scripts.', grows(50, 30, 80)),
    gauge('codepal_prometheus_alert_response_ms', 'From rule to alert.', grows(8, 10, 40)),
    gauge('codepal_grafana_panel_refresh_ms', 'Refresh of a Grafana panel.', grows(900, 1_500, 6_000)),
    gauge('codepal_trace_completion_percent', 'Traces with all their spans.', grows(99.6, -0.6, -10)),
  ]
}

function tenantFamilies({ projects, collaboration, sockets }: Tenants): Family[] {
  const { edits } = collaboration
  return [
    gauge('codepal_projects', 'Projects known.', projects),
    gauge('codepal_rooms', 'Rooms known.', () => collaboration.rooms),
    gauge('codepal_websocket_connections', 'WebSocket connections open.', sockets),
    counter('codepal_edits_received_total', 'Edits sent to rooms.', () => edits.received),
    counter('codepal_edits_delivered_total', 'Copies of edits handed to members.', () => edits.delivered),
    counter('codepal_edits_dropped_total', 'Edits that met a full queue.', () => edits.dropped),
  ]
}
