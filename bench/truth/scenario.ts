import { defineScenario, type ScenarioProfiles } from 'volley'
import { BODY_BYTES, CASES, type Case } from './case.ts'

const sent = 'x'.repeat(BODY_BYTES)

function profileOf({ path, load, seconds }: Case): ScenarioProfiles[string] {
  const common = { duration: `${seconds}s` as const, gracefulStop: '5s' as const, flows: [path.slice(1)] }
  return {
    executors: [
      'users' in load
        ? { ...common, executor: 'constant-vus', users: load.users }
        : { ...common, executor: 'constant-arrival-rate', rate: load.perSecond, maxUsers: 4_000 },
    ],
  }
}

/** The load of every case; connections are shared, at most 900 of them. */
export default defineScenario({
  name: 'truth',
  target: { url: 'http://127.0.0.1:8080' },
  http: { connections: 'pooled' },
  flows: {
    constant: { run: async (vu) => void (await vu.get('/constant')) },
    bimodal: { run: async (vu) => void (await vu.get('/bimodal')) },
    freeze: { run: async (vu) => void (await vu.get('/freeze')) },
    drop: { run: async (vu) => void (await vu.get('/drop')) },
    body: { run: async (vu) => void (await vu.post('/body', { body: sent })) },
  },
  profiles: Object.fromEntries(CASES.map((one) => [one.name.replaceAll(/\W+/g, '-'), profileOf(one)])),
})
