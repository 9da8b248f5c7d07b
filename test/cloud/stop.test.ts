import { DeleteFunctionConcurrencyCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda'
import { StopExecutionCommand } from '@aws-sdk/client-sfn'
import { describe, expect, it } from 'vitest'
import { verdictKey } from '../../lib/core/results/verdict.ts'
import { claimKey, startKey } from '../../lib/core/run/relay.ts'
import { requestStop } from '../../lib/run/store/stop.ts'
import {
  ended,
  generatorFunction,
  keysUnder,
  lambda,
  planOf,
  quietAfterMs,
  readJson,
  readSummary,
  readVerdict,
  receivedBy,
  start,
  startPlanned,
  stepFunctions,
  store,
  underLoad,
  withTarget,
  written,
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

  it('is judged all the same where its execution cannot do it any more', async () => {
    await written(verdictKey('aborted'))
    const { state, reasons, requests } = await readVerdict('aborted')
    expect(state).toBe('inconclusive')
    expect(reasons[0]).toBe('the run was stopped by user: its execution was stopped')
    const { generators } = await readSummary('aborted')
    expect(generators.map(({ ending }) => ending)).toEqual(['stopped', 'stopped', 'stopped', 'stopped'])
    expect(requests.count).toBe(generators.reduce((sum, { requests }) => sum + requests, 0))
  })

  it('makes no load where that was before its start', async () => {
    await withTarget(async (target) => {
      const execution = await start('early', { ...MINUTE, target: target.url })
      await written(startKey('early'))
      const setUp = await receivedBy(target)
      await requestStop(store, 'early', { by: 'user', reason: 'stopped by a test' })
      await ended(execution)
      expect(await receivedBy(target)).toBe(setUp)
      const { requests, iterations } = await readVerdict('early')
      expect([requests.count, iterations.count]).toEqual([0, 0])
    })
  })

  it('ends at its budget, having cost no more', async () => {
    await withTarget(async (target) => {
      const plan = await planOf('spent', {
        target: target.url,
        generators: 2,
        window: '20s',
        duration: '60s',
      })
      // No run is planned above its budget: what this one may cost has shrunk since, as if prices had risen.
      const budgetUsd = 0.38 * plan.quote.totalUsd
      await ended(await startPlanned({ ...plan, budgetUsd }))
      const { state, reasons, cost, iterations } = await readVerdict('spent')
      expect(state).toBe('inconclusive')
      expect(reasons[0]).toMatch(/^the run was stopped by budget: \$0\.\d+ of a budget of /)
      expect(cost.accruedUsd).toBeLessThanOrEqual(budgetUsd)
      expect(iterations.count).toBeGreaterThan(0)
      expect(iterations.count).toBeLessThan(60 * 20)
    })
  })

  it('ends when nobody asks for it any more, if it was started by somebody who waits', async () => {
    await withTarget(async (target) => {
      const execution = await start('left', { ...MINUTE, lease: '10s', target: target.url })
      await ended(execution)
      const { state, reasons } = await readVerdict('left')
      expect(state).toBe('inconclusive')
      expect(reasons[0]).toBe('the run was stopped by lease: nobody has asked for it for 10s')
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

  it('is noted where Lambda has no room for it, and makes no load', async () => {
    const FunctionName = await generatorFunction()
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }))
    try {
      await withTarget(async (target) => {
        await ended(await start('throttled', { ...MINUTE, duration: '4s', target: target.url }))
        const { state, reasons, requests } = await readVerdict('throttled')
        expect([state, requests.count]).toEqual(['inconclusive', 0])
        expect(reasons).toContain('4 of 4 generators were never heard of: 0, 1, 2, 3')
        expect(await keysUnder('runs/throttled/failures/')).toHaveLength(4)
        expect(await keysUnder('runs/throttled/claims/')).toEqual([])
      })
    } finally {
      await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
    }
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
