import { StopExecutionCommand } from '@aws-sdk/client-sfn'
import { describe, expect, it } from 'vitest'
import { claimKey } from '../../lib/core/relay.ts'
import { requestStop } from '../../lib/stop.ts'
import {
  ended,
  keysUnder,
  quietAfterMs,
  readJson,
  readSummary,
  readVerdict,
  receivedBy,
  start,
  stepFunctions,
  store,
  underLoad,
  withTarget,
} from './deployment.ts'
import { generatorsAt } from './generator-processes.ts'

const MINUTE = { scenario: 'codepal', profile: 'steady', duration: '60s', generators: 4, seed: 7 }

describe('a run that is stopped', () => {
  it('ends within five seconds by its STOP key, and says who stopped it', async () => {
    await withTarget(async (target) => {
      const execution = await start('stopped', { ...MINUTE, target: target.url })
      await underLoad(target)
      await requestStop(store, 'stopped', { by: 'user', reason: 'stopped by a test' })
      expect(await quietAfterMs(target)).toBeLessThan(5_000)
      const { status, error, cause } = await ended(execution)
      expect([status, error]).toEqual(['FAILED', 'inconclusive'])
      expect(cause).toContain('the run was stopped by user: stopped by a test')
      expect((await readVerdict('stopped')).requests.count).toBe(await receivedBy(target))
    })
  })

  it('ends when somebody stops its execution', async () => {
    await withTarget(async (target) => {
      const executionArn = await start('aborted', { ...MINUTE, target: target.url })
      await underLoad(target)
      await stepFunctions.send(new StopExecutionCommand({ executionArn }))
      expect(await quietAfterMs(target)).toBeLessThan(8_000)
      expect(await readJson('runs/aborted/STOP')).toEqual({
        by: 'user',
        reason: 'its execution was stopped',
      })
    })
  })
})

describe('a generator that fails', () => {
  it('does not end the others, and is named', async () => {
    await withTarget(async (target) => {
      const execution = await start('killed', { ...MINUTE, duration: '12s', target: target.url })
      await underLoad(target)
      const [one] = await generatorsAt(target.url)
      process.kill(one as number, 'SIGKILL')
      const { error, cause } = await ended(execution)
      expect(error).toBe('inconclusive')
      expect(cause).toMatch(/generator \d failed: /)
      expect(await keysUnder('runs/killed/failures/')).toHaveLength(1)
      const { generators } = await readSummary('killed')
      expect(generators.filter(({ ending }) => ending === 'complete')).toHaveLength(3)
    })
  })

  it('makes no load for a window that another invocation has carried', async () => {
    await withTarget(async (target) => {
      await store.put(claimKey('twice', { slice: 2, window: 0 }), 'another invocation')
      const load = { ...MINUTE, duration: '4s' }
      const { cause } = await ended(await start('twice', { ...load, target: target.url }))
      expect(cause).toContain('generator 2 failed: window 0 of slice 2 is not carried')
      expect(await keysUnder('runs/twice/snapshots/0/2-')).toEqual([])
      const verdict = await readVerdict('twice')
      expect(verdict.iterations.count).toBe(60)
      expect(verdict.requests.count).toBe(await receivedBy(target))
    })
  })
})
