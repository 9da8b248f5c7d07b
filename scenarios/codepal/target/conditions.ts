/** What a condition changes about the platform. */
export interface Condition {
  /** Factor on every service time. */
  slowdown: number
  minTasks: number
  maxTasks: number
  /** Requests that may wait for a slot. */
  queueLimit: number
  /** Part of the agent handoffs that fail. */
  handoffFailureShare: number
  /** Part of the agent actions whose edits still conflict afterwards. */
  conflictShare: number
  /** Part of the requests to retryable routes that meet a passing 503. */
  passingFailureShare: number
  metricsServed: boolean
}

const HEALTHY: Condition = {
  slowdown: 1,
  minTasks: 4,
  maxTasks: 64,
  queueLimit: 2_000,
  handoffFailureShare: 0,
  conflictShare: 0.005,
  passingFailureShare: 0,
  metricsServed: true,
}

export const CONDITIONS: Readonly<Record<string, Condition>> = {
  healthy: HEALTHY,
  slow: { ...HEALTHY, slowdown: 5 },
  failing: { ...HEALTHY, handoffFailureShare: 0.15, conflictShare: 0.15, passingFailureShare: 0.03 },
  exhausted: { ...HEALTHY, minTasks: 1, maxTasks: 1, queueLimit: 4 },
  silent: { ...HEALTHY, metricsServed: false },
}
