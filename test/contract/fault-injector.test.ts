import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../../lib/adapters/clock/manual.ts'
import { FisFaultInjector } from '../../lib/adapters/fault-injector/fis.ts'
import { MemoryFaultInjector } from '../../lib/adapters/fault-injector/memory.ts'
import { isSignedWith } from '../fixtures/signature.ts'
import { faultInjectorContract } from './fault-injector.contract.ts'
import { ENDED_AT, type FisServer, fisServer, STARTED_AT, TEMPLATE } from './fis-server.ts'

const SECRET = 'a-secret-of-this-test'

let fis: FisServer
let injector: FisFaultInjector

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET)
  fis = await fisServer()
  injector = new FisFaultInjector({ region: 'eu-central-1', endpoint: fis.url })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await fis.close()
})

faultInjectorContract('AWS FIS', async () => ({
  injector,
  template: TEMPLATE,
  startsAtMs: STARTED_AT * 1_000,
  complete(id) {
    const experiment = fis.experiments.get(id)
    if (!experiment) throw new Error(`there is no ${id}`)
    experiment.state = { status: 'completed', reason: 'Experiment completed.' }
    experiment.endTime = ENDED_AT
  },
}))

faultInjectorContract('memory', async () => {
  const clock = new ManualClock(5_000)
  return {
    injector: new MemoryFaultInjector(clock, { EXT1: 60_000 }),
    template: 'EXT1',
    startsAtMs: 5_000,
    complete: () => void clock.advanceTo(65_000),
  }
})

describe('AWS FIS over the wire', () => {
  it('is asked by signed calls of its REST API', async () => {
    await injector.start(TEMPLATE, 'r1/peak/0')
    await injector.state('EXP1')
    await injector.stop('EXP1')
    expect(fis.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /experiments',
      'GET /experiments/EXP1',
      'DELETE /experiments/EXP1',
    ])
    const [start] = fis.received
    expect(JSON.parse(String(start?.body))).toEqual({
      clientToken: 'r1/peak/0',
      experimentTemplateId: TEMPLATE,
    })
    for (const request of fis.received)
      expect(isSignedWith(SECRET, 'eu-central-1', request, 'fis')).toBe(true)
  })

  it.each([
    ['pending', 'running'],
    ['initiating', 'running'],
    ['running', 'running'],
    ['stopping', 'running'],
    ['completed', 'completed'],
    ['stopped', 'stopped'],
    ['failed', 'failed'],
    ['cancelled', 'failed'],
  ])('tells how an experiment stands: %s is %s', async (status, state) => {
    await injector.start(TEMPLATE, 'r1/peak/0')
    const experiment = fis.experiments.get('EXP1')
    if (experiment) experiment.state = { status, reason: 'Because.' }
    expect(await injector.state('EXP1')).toEqual({
      state,
      startedAtMs: STARTED_AT * 1_000,
      reason: 'Because.',
    })
  })

  it.each([
    [403, 'AccessDeniedException'],
    [400, 'ValidationException'],
    [409, 'ConflictException'],
  ])('is not asked again where it refuses for good: %i %s', async (status, type) => {
    fis.failure = { status, type, message: 'You may not.' }
    expect(await injector.start(TEMPLATE, 'r1/peak/0')).toEqual({ refused: `${type}: You may not.` })
  })

  it.each([
    [429, 'TooManyRequestsException'],
    [400, 'ThrottlingException'],
    [402, 'ServiceQuotaExceededException'],
    [503, undefined],
  ])('may be asked again where it does not answer now: %i %s', async (status, type) => {
    fis.failure = { status, ...(type !== undefined && { type }) }
    await expect(injector.start(TEMPLATE, 'r1/peak/0')).rejects.toThrow(`FIS: ${type ?? 'status 503'}`)
  })
})
