import { csv, type VirtualUser } from 'volley'

/** Files that users draw from. */
export const data = {
  snippets: csv('./data/snippets.csv'),
  projects: csv('./data/projects.csv'),
}

/** What the flows measure besides the requests themselves. */
export const metrics = {
  agent_handoff_latency: { kind: 'trend', unit: 'ms' },
  handoff_delay: { kind: 'trend', unit: 'ms' },
  handoff_failed: { kind: 'rate' },
  deconfliction_success: { kind: 'rate' },
  strategy_adaptation_latency: { kind: 'trend', unit: 'ms' },
  performance_uplift: { kind: 'trend', unit: '%' },
  dom_mutation_time: { kind: 'trend', unit: 'ms' },
  worker_execution: { kind: 'trend', unit: 'ms' },
  validation_errors: { kind: 'rate' },
  edit_latency: { kind: 'trend', unit: 'ms' },
} as const

export type CodePalUser = VirtualUser<typeof data, typeof metrics>
