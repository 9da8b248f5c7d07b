import { defineScenario, type ScenarioProfiles, type VirtualUser } from 'volley'
import plain from './scenario.ts'

const users = (flow: string): ScenarioProfiles[string] => ({
  executors: [{ executor: 'constant-vus', users: 64, duration: '2m', gracefulStop: '1s', flows: [flow] }],
})

/** The journey over TLS, and a GET whose connection is closed, so that the next one begins with a handshake. */
export default defineScenario({
  ...plain,
  http: { tls: { insecure: true } },
  flows: {
    ...plain.flows,
    stranger: {
      run: async (vu: VirtualUser) => void (await vu.get('/items/7', { headers: { connection: 'close' } })),
    },
  },
  profiles: { ...plain.profiles, stranger: users('stranger') },
})
