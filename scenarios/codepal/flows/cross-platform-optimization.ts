import type { CodePalUser } from '../measures.ts'
import { call, login } from './api.ts'

interface Optimization {
  performanceUpliftPercent: number
  domMutationMs: number
  deconflicted: boolean
}

const AGENT = 'cross_platform_optimization'

/** The optimizer predicts, adapts its strategy, and applies it. */
export async function crossPlatformOptimization(vu: CodePalUser): Promise<void> {
  await login(vu)
  const platform = vu.random.pick(['web', 'ios', 'android'])
  const predicted = await vu.span('strategy_adaptation_latency', () =>
    call(vu, 'POST', '/agents/action', {
      name: 'predict',
      json: { agent: AGENT, action: 'predict', context: { platform } },
    }),
  )
  if (!vu.check('predicted', predicted.status === 200)) return
  const { strategy } = predicted.json<{ strategy: string }>()
  const optimized = await call(vu, 'POST', '/agents/action', {
    name: 'optimize',
    json: { agent: AGENT, action: 'optimize', context: { platform, strategy } },
  })
  if (!vu.check('optimized', optimized.status === 200)) return
  const { performanceUpliftPercent, domMutationMs, deconflicted } = optimized.json<Optimization>()
  vu.metrics.performance_uplift.add(performanceUpliftPercent)
  vu.metrics.dom_mutation_time.add(domMutationMs)
  vu.metrics.deconfliction_success.add(deconflicted)
}
