/** What a scenario file imports as `volley`. */
export { csv, json } from './core/feeder.ts'
export type {
  CookieJar,
  DataRow,
  FilePart,
  HttpResponse,
  MetricHandle,
  RequestOptions,
  RetryOptions,
  SocketMessage,
  SocketOptions,
  VirtualSocket,
  VirtualUser,
} from './core/flow.ts'
export { FlowError } from './core/flow.ts'
export type { Random } from './core/random.ts'
export type { ScenarioProfiles, ScenarioThresholds } from './core/scenario.ts'
export { defineScenario } from './core/scenario.ts'
