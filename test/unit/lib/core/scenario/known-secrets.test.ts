import { expect, it } from 'vitest'
import { secretsOfRun } from '../../../../../lib/core/scenario/known-secrets.ts'
import { scenarioSchema } from '../../../../../lib/core/scenario/scenario.ts'

const scenario = scenarioSchema.parse({
  name: 'shop',
  target: {},
  http: {
    ...{ carrier: 'undici', proxy: 'http://eve:pr0xy%40pw@proxy:3128' },
    headers: { 'X-Api-Key': 'key-4711', 'X-Team': 'blue' },
    tls: { key: 'PEM of the key' },
  },
  sources: {
    app: {
      kind: 'scrape',
      url: 'http://bob:builder@127.0.0.1/metrics?token=tok-1',
      metrics: { jobs: { name: 'jobs' } },
    },
  },
  flows: { only: { run: async () => undefined } },
  profiles: { one: { executors: [{ executor: 'constant-vus', users: 1, duration: '1s' }] } },
})

it('a run knows the secrets of its headers, its target, its sources, its proxy and its key', () => {
  expect(secretsOfRun(scenario, 'http://ann:s3cret@127.0.0.1').sort()).toEqual(
    [
      ...['key-4711', 's3cret', 'ann:s3cret', 'builder', 'bob:builder', 'tok-1'],
      ...['pr0xy@pw', 'eve:pr0xy@pw', 'PEM of the key'],
    ].sort(),
  )
})
