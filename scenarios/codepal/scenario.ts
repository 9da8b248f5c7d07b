import { defineScenario } from 'volley'
import { agentHandoff } from './flows/agent-handoff.ts'
import { codeCompletion } from './flows/code-completion.ts'
import { crossPlatformOptimization } from './flows/cross-platform-optimization.ts'
import { realTimeCollaboration } from './flows/real-time-collaboration.ts'
import { repositoryOperations } from './flows/repository-operations.ts'
import { type CodePalUser, data, metrics } from './measures.ts'
import { profiles } from './profiles.ts'
import { thresholds } from './thresholds.ts'

/** Users pause before each journey: so they do not march in step, and one that failed does not come back at once. */
function unhurried(journey: (vu: CodePalUser) => Promise<void>) {
  return async (vu: CodePalUser): Promise<void> => {
    await vu.think('300ms', '1500ms')
    await journey(vu)
  }
}

export default defineScenario({
  name: 'codepal',
  description: 'CodePal, an AI coding platform: does it stay up and quick while its load grows and jumps?',
  target: { model: './target.ts' },
  data,
  metrics,
  sources: {
    platform: {
      kind: 'scrape',
      url: '/metrics',
      every: '1s',
      metrics: {
        ecs_cpu: { name: 'codepal_ecs_cpu_utilization_percent', unit: '%' },
        ecs_memory: { name: 'codepal_ecs_memory_utilization_percent', unit: '%' },
        ecs_desired_tasks: { name: 'codepal_ecs_desired_tasks' },
        ecs_running_tasks: { name: 'codepal_ecs_running_tasks' },
        redis_ops: { name: 'codepal_redis_commands_total', as: 'rate', unit: '/s' },
        cache_hit_rate: { name: 'codepal_redis_cache_hit_rate_percent', unit: '%' },
        replica_lag: { name: 'codepal_postgres_replica_lag_ms', unit: 'ms' },
        js_idle: { name: 'codepal_frontend_js_idle_ms', unit: 'ms' },
        alert_response: { name: 'codepal_prometheus_alert_response_ms', unit: 'ms' },
        panel_refresh: { name: 'codepal_grafana_panel_refresh_ms', unit: 's', scale: 0.001 },
        trace_completion: { name: 'codepal_trace_completion_percent', unit: '%' },
        queue_messages: { name: 'codepal_message_queue_messages_total', as: 'rate', unit: '/s' },
      },
    },
  },
  flows: {
    'code-completion': { weight: 25, run: unhurried(codeCompletion) },
    'agent-handoff': { weight: 20, run: unhurried(agentHandoff) },
    'cross-platform-optimization': { weight: 15, run: unhurried(crossPlatformOptimization) },
    'repository-operations': { weight: 20, run: unhurried(repositoryOperations) },
    'real-time-collaboration': { weight: 20, run: unhurried(realTimeCollaboration) },
  },
  defaultProfile: 'light',
  profiles,
  thresholds,
})
