import { expect, it } from 'vitest'
import { usersFrom } from '../../../../../functions/generator/load/start-executors.ts'
import { makePlan, parseLoadRequest } from '../../../../../lib/core/plan/make-plan.ts'
import { checkScenario } from '../../../../../lib/core/scenario/check-scenario.ts'
import type { Scenario } from '../../../../../lib/core/scenario/scenario.ts'

it('the users at the start are those who live from it, and one for each arrival of its first moment', () => {
  const { scenario } = checkScenario({
    name: 'shop',
    target: {},
    flows: { browse: { run: async () => undefined } },
    profiles: {
      mixed: {
        executors: [
          { executor: 'constant-vus', users: 3, duration: '10s' },
          { executor: 'constant-arrival-rate', rate: 200, maxUsers: 3, duration: '10s' },
          { executor: 'constant-vus', users: 2, duration: '5s', startTime: '5s' },
        ],
      },
    },
  }) as { scenario: Scenario }
  const facts = {
    run: 'r1',
    module: 'file:///shop.ts',
    targetUrl: 'http://127.0.0.1:1',
    seed: 1,
    generators: 2,
  }
  const plan = makePlan(scenario, parseLoadRequest({}), facts)
  const at = (slice: number, fromMs: number): number[] =>
    usersFrom({ plan, invocation: { slice, window: 0, attempt: 0 } }, { fromMs, toMs: 10_000 })
  expect([at(0, 0), at(1, 0)]).toEqual([
    [0, 2, 3, 5],
    [1, 4],
  ])
  expect([at(0, 5_000), at(1, 5_000)]).toEqual([
    [0, 2, 3, 5, 6],
    [1, 4, 7],
  ])
})
