import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../lib/core/results/verdict.ts'
import { bundleKey } from '../../lib/core/run/scenario-bundle.ts'
import { writeOwnScenario } from '../fixtures/own-scenario.ts'
import { freshDirectory, volley } from '../pipeline/volley.ts'
import { useDeployment } from './command-line.ts'
import { ended, keysUnder, readVerdict, receivedBy, start, store, withTarget } from './deployment.ts'

const ITERATIONS = 20

let name: string

useDeployment()

describe('a scenario of one’s own, after the stack was deployed', () => {
  it('is uploaded by the command, run by the generators, and judged', async () => {
    await withTarget(async (target) => {
      const file = await writeOwnScenario(await freshDirectory())
      const args = ['--target', target.url, '--generators', '2', '--run', 'own', '--wait']
      const { code, stderr } = await volley('start', file, ...args)
      name = /^own is uploaded as (sha256:[0-9a-f]{64})\n/.exec(stderr)?.[1] ?? stderr
      expect(await keysUnder('scenarios/')).toContain(bundleKey(name.slice('sha256:'.length)))
      const verdict = await readVerdict('own')
      expect(verdict).toMatchObject({ scenario: 'own', profile: 'few' })
      expect(verdict.iterations).toEqual({ count: ITERATIONS, started: ITERATIONS, failed: 0, dropped: 0 })
      expect(verdict.requests.count).toBe(await receivedBy(target))
      expect(code, verdict.reasons.join('\n')).toBe(exitCodeOf(verdict.state))
    })
  })

  it('is started again by its name, as one types it in the console', async () => {
    await withTarget(async (target) => {
      await ended(await start('own-again', { scenario: name, target: target.url, generators: 2 }))
      expect((await readVerdict('own-again')).iterations.count).toBe(ITERATIONS)
      expect(await receivedBy(target)).toBe(ITERATIONS)
    })
  })

  it('may not be sent where the deployment does not allow it', async () => {
    const file = await writeOwnScenario(await freshDirectory())
    const { stderr } = await volley('start', file, '--target', 'http://example.com')
    expect(stderr).toContain('own is in the deployment as ')
    expect(stderr).toContain(
      '--target: example.com\n    allowed: what the deployment allows: nothing so far\n',
    )
  })

  it('does not run when somebody has put other bytes in its place', async () => {
    const sha256 = '0'.repeat(64)
    await store.put(bundleKey(sha256), 'globalThis.process.exit(1)')
    const { error, cause } = await ended(await start('forged', { scenario: `sha256:${sha256}` }))
    expect(error).toBe('SCENARIO_INVALID')
    expect(cause).toContain(`sha256:${sha256} is not what its name says`)
  })
})
