import { describe, expect, it } from 'vitest'
import { cloudPriceOf } from '../../../../../lib/cli/cloud/cloud-price.ts'
import { parseLoadRequest } from '../../../../../lib/core/plan/make-plan.ts'
import { checkScenario } from '../../../../../lib/core/scenario/check-scenario.ts'
import type { Scenario } from '../../../../../lib/core/scenario/scenario.ts'

const executor = { executor: 'constant-vus', users: 500, duration: '10m' }
const loaded = {
  module: 'file:///shop.ts',
  scenario: checkScenario({
    name: 'shop',
    target: {},
    flows: { browse: { run: async () => undefined } },
    profiles: {
      steady: { executors: [executor] },
      patient: { executors: [{ ...executor, gracefulStop: '15m' }] },
    },
  }).scenario as Scenario,
}

describe('the price of a local run in the cloud', () => {
  it('is that of as many generators as the cloud would take, whatever this machine does', () => {
    const here = parseLoadRequest({ generators: 1, window: '20s' })
    expect(cloudPriceOf(loaded, here)).toEqual(cloudPriceOf(loaded, parseLoadRequest({})))
    const { short, lines } = cloudPriceOf(loaded, here)
    expect(short).toBe('about $0.07 in us-east-1 with 2 generators')
    expect(lines.join('\n')).toMatch(/^in us-east-1\nLambda compute .* GB-s +\$0\.05\n/)
    expect(cloudPriceOf(loaded, parseLoadRequest({ users: 1 })).short).toMatch(/ with 1 generator$/)
  })

  it('is none where the run can not be made there, and says why', () => {
    expect(cloudPriceOf(loaded, parseLoadRequest({ profile: 'patient' }))).toEqual({
      short:
        'not possible in AWS: the run cannot be cut for Lambda; gracefulStop is 15m, ' +
        'allowed: short enough for a window and its graceful stop to end within 15m',
      lines: [],
    })
  })
})
