import type { ScenarioProfiles } from 'volley'
import { elasticityThresholds } from './thresholds.ts'

/** The loads CodePal is put under. `elasticity` scales by --duration and --users: `1800s` and `10000`, say. */
export const profiles: ScenarioProfiles = {
  light: {
    description: 'the shape of the elasticity test in fifty seconds, for one machine',
    executors: [
      {
        executor: 'ramping-vus',
        startUsers: 2,
        stages: [
          { name: 'warm-up', duration: '5s', users: 2 },
          { name: 'ramp-up', duration: '10s', users: 24 },
          { name: 'sustained', duration: '14s', users: 24 },
          { name: 'peak', duration: '8s', users: 60 },
          { name: 'spike', duration: '6s', users: 140 },
          { name: 'recovery', duration: '7s', users: 20 },
        ],
      },
    ],
    thresholds: elasticityThresholds,
  },
  elasticity: {
    description: 'six phases over 70 minutes, to 10,000 users',
    executors: [
      {
        executor: 'ramping-vus',
        startUsers: 100,
        stages: [
          { name: 'warm-up', duration: '300s', users: 100 },
          { name: 'ramp-up', duration: '600s', users: 1_000 },
          { name: 'sustained', duration: '1800s', users: 1_000 },
          { name: 'peak', duration: '600s', users: 5_000 },
          { name: 'spike', duration: '300s', users: 10_000 },
          { name: 'recovery', duration: '600s', users: 1_000 },
        ],
      },
    ],
    thresholds: elasticityThresholds,
  },
  smoke: {
    description: 'ten users for ten seconds: does everything answer?',
    executors: [{ executor: 'constant-vus', users: 10, duration: '10s' }],
  },
  steady: {
    description: 'twenty journeys a second for half a minute, however long they take',
    executors: [{ executor: 'constant-arrival-rate', rate: 20, duration: '30s' }],
  },
  endurance: {
    description: 'a thousand users for a day',
    executors: [
      {
        executor: 'ramping-vus',
        stages: [
          { name: 'ramp-up', duration: '5m', users: 1_000 },
          { name: 'soak', duration: '24h', users: 1_000 },
          { name: 'ramp-down', duration: '5m', users: 0 },
        ],
      },
    ],
  },
}
