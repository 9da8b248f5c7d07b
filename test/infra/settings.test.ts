import { describe, expect, it } from 'vitest'
import { VolleyError } from '../../lib/core/base/errors.ts'
import { checkSuites } from '../../lib/infra/settings/check-suites.ts'
import { readSettings, type Settings } from '../../lib/infra/settings/settings.ts'

const settingsOf = (context: Record<string, unknown>): Settings => readSettings((name) => context[name])

function mistakesOf(error: unknown): [field: string, limit: string][] {
  if (!(error instanceof VolleyError)) throw error
  return error.mistakes.map(({ field, limit }) => [field, limit])
}

function refusedBy(context: Record<string, unknown>): [field: string, limit: string][] {
  try {
    settingsOf(context)
  } catch (error) {
    return mistakesOf(error)
  }
  return []
}

const run = { scenario: 'codepal', target: 'https://staging.example.com' }
const nightly = { name: 'nightly', cron: '0 3 * * ? *', timeZone: 'Europe/Berlin', run }

describe('settings of a deployment', () => {
  it('have a default each, and none allows anything', () => {
    expect(settingsOf({})).toEqual({
      allowedTargets: [],
      maxBudgetUsd: 10,
      chaosTemplates: [],
      keepResults: false,
      subnetIds: [],
      securityGroupIds: [],
      schedules: [],
    })
  })

  it('are the same from the command line and from a file', () => {
    const file = { subnetIds: ['subnet-0a1b2c3d', 'subnet-0b1b2c3d'], schedules: [nightly] }
    const line = { subnetIds: 'subnet-0a1b2c3d, subnet-0b1b2c3d', schedules: JSON.stringify([nightly]) }
    const vpcId = 'vpc-0a1b2c3d'
    expect(settingsOf({ vpcId, ...line })).toEqual(settingsOf({ vpcId, ...file }))
  })

  it('are refused with all mistakes at once', () => {
    const schedules = [
      { ...nightly, cron: '0 3 * * *', timeZone: 'Berlin' },
      { ...nightly, name: 'every night', run: { scenario: 'codepal', users: -3, colour: 'red' } },
    ]
    const wrong = {
      deployment: '1st',
      maxBudgetUsd: '-4',
      chaosTemplates: 'EXT1,kill-a-task',
      reservedConcurrency: '0.5',
      vpcId: 'mine',
      schedules,
    }
    expect(refusedBy(wrong)).toEqual([
      ['-c deployment', 'must be letters, digits and -'],
      ['-c maxBudgetUsd', 'more than 0'],
      ['-c chaosTemplates[1]', 'must be the id of a template of AWS FIS: EXT…'],
      ['-c reservedConcurrency', 'int'],
      ['-c vpcId', 'must be an id such as vpc-0a1b2c3d'],
      [
        '-c schedules[0].cron',
        'must be the six fields of EventBridge: minutes hours day month weekday year, as 0 3 * * ? *',
      ],
      ['-c schedules[0].timeZone', 'must be a time zone such as Europe/Berlin'],
      ['-c schedules[1].name', 'must be letters, digits, - and _'],
      ['-c schedules[1].run.users', 'at least 1'],
      ['-c schedules[1].run.colour', 'a known field'],
      ['-c subnetIds', 'subnets of the VPC for its functions'],
    ])
  })

  it('place functions in a VPC and its subnets together, or not at all', () => {
    expect(refusedBy({ subnetIds: 'subnet-0a1b2c3d' })).toEqual([
      ['-c vpcId', 'the VPC that the subnets are in'],
    ])
    expect(refusedBy({ securityGroupIds: 'sg-0a1b2c3d' })).toEqual([
      ['-c vpcId', 'the VPC that the security groups are in'],
    ])
    expect(refusedBy({ vpcId: 'vpc-0a1b2c3d', subnetIds: 'subnet-1' })).toEqual([
      ['-c subnetIds[0]', 'must be an id such as subnet-0a1b2c3d'],
    ])
  })

  it('have no two schedules of one name: their runs would have one name too', () => {
    expect(refusedBy({ schedules: [nightly, nightly] })).toEqual([
      ['-c schedules', 'schedules with names that differ'],
    ])
  })
})

describe('what settings say of suites', () => {
  const allowed = { allowedTargets: 'https://staging.example.com', maxBudgetUsd: 50 }
  const refusal = async (context: Record<string, unknown>): Promise<[field: string, limit: string][]> =>
    checkSuites(settingsOf(context)).then(() => [], mistakesOf)

  it('holds where every scheduled run could be made', async () => {
    expect(await refusal({ ...allowed, schedules: [nightly] })).toEqual([])
    expect((await checkSuites(settingsOf({ dashboard: 'codepal' })))?.name).toBe('codepal')
  })

  it('is refused as a start of the run would be, all schedules at once', async () => {
    const schedules = [
      { ...nightly, run: { ...run, profile: 'stedy' } },
      { ...nightly, name: 'other', run: { ...run, target: 'https://live.example.com' } },
      { ...nightly, name: 'third', run: { ...run, scenario: 'codepall' } },
    ]
    const found = await refusal({ ...allowed, schedules })
    expect(found.map(([field]) => field)).toEqual([
      '-c schedules[0].run.profile',
      '-c schedules[1].run.target',
      '-c schedules[2].run.scenario',
    ])
    expect(found[1]?.[1]).toContain('what the deployment allows: staging.example.com:443')
  })

  it('is refused for a price above the deployment’s, before anything is deployed', async () => {
    const large = { ...nightly, run: { ...run, profile: 'elasticity', users: 50_000 } }
    expect(await refusal({ ...allowed, maxBudgetUsd: 10, schedules: [large] })).toEqual([
      ['-c maxBudgetUsd', 'at most $10.00 in this deployment'],
    ])
  })
})
