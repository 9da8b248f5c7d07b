import { expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import { planSchema } from '../../lib/core/plan/plan.ts'
import { observedSchema } from '../../lib/core/results/observed.ts'
import { writeOwnScenario } from '../fixtures/own-scenario.ts'
import { freshDirectory, volley } from '../pipeline/volley.ts'
import { useDeployment } from './command-line.ts'
import { readJson, readVerdict, receivedBy, withTarget } from './deployment.ts'

useDeployment()

it('does not start a run with a template that the deployment does not allow', async () => {
  await withTarget(async (target) => {
    const file = await writeOwnScenario(await freshDirectory(), { chaos: 'EXTother' })
    const { code, stderr } = await volley('start', file, '--target', target.url, '--run', 'unallowed')
    expect(stderr).toContain(`chaos: EXTother
    allowed: templates that the deployment allows: EXTallowed
    next:    deploy with -c chaosTemplates=EXTallowed,EXTother, or choose another profile`)
    expect(code).toBe(EXIT.badInput)
  })
})

/** The local cloud has no AWS FIS: what it answers stands for any refusal. */
it('makes the load, and is inconclusive with the reason, when the planned experiment cannot be started', async () => {
  await withTarget(async (target) => {
    const file = await writeOwnScenario(await freshDirectory(), { chaos: 'EXTallowed' })
    const args = ['--target', target.url, '--generators', '2', '--run', 'chaotic', '--wait']
    const { code, stdout } = await volley('start', file, ...args)
    const verdict = await readVerdict('chaotic')
    expect(verdict.requests.count).toBe(await receivedBy(target))
    const [experiment] = observedSchema.parse(await readJson('runs/chaotic/observed.json')).experiments
    expect(experiment).toMatchObject({ template: 'EXTallowed', state: 'not-started' })
    expect(verdict.reasons[0]).toBe(
      `experiment EXTallowed of stage per-vu-iterations never started: ${experiment?.reason}`,
    )
    expect(verdict.reasons[0]).not.toContain('nobody could start it')
    expect(stdout).toContain('experiments EXTallowed not started: ')
    expect([code, verdict.state]).toEqual([EXIT.inconclusive, 'inconclusive'])
    const { quote } = planSchema.parse(await readJson('runs/chaotic/plan.json'))
    expect(quote.lines.find(({ item }) => item === 'FIS')).toMatchObject({ quantity: 1, priceUsd: 0.1 })
  })
})
