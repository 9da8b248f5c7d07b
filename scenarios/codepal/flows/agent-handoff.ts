import type { HttpResponse } from 'volley'
import type { CodePalUser } from '../measures.ts'
import { call, login } from './api.ts'

interface Handoff {
  status: 'completed' | 'failed'
  handoffDelayMs: number
  deconflicted: boolean
}

/** Work goes from the codebase agent to the meta agent; then the agents' metrics are looked up. */
export async function agentHandoff(vu: CodePalUser): Promise<void> {
  await login(vu)
  await vu.span('agent_handoff_latency', async () => {
    await handOver(vu, 'codebase_management')
    await handOver(vu, 'meta_agent')
  })
  // The agents' metrics are not always ready at once: 202 means to ask again.
  const metrics = await vu.retry(
    { attempts: 4, backoff: '50ms', until: ({ status }: HttpResponse) => status === 200 },
    () => call(vu, 'GET', '/agents/metrics', { name: 'agent metrics' }),
  )
  vu.check('agent metrics are ready', metrics.status === 200)
}

async function handOver(vu: CodePalUser, agent: string): Promise<void> {
  const response = await call(vu, 'POST', '/agents/action', {
    name: `hand off to ${agent}`,
    json: { agent, action: 'handoff', context: { branch: `feature/${vu.random.string(6)}` } },
  })
  const handoff = response.ok ? response.json<Handoff>() : undefined
  vu.metrics.handoff_failed.add(handoff?.status !== 'completed')
  if (!handoff) return
  vu.metrics.handoff_delay.add(handoff.handoffDelayMs)
  vu.metrics.deconfliction_success.add(handoff.deconflicted)
}
