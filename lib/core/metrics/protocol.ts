import type { MetricDefinition } from './metric.ts'

/** What a metric says of what it belongs to, for all that is derived from it: rows, figures, charts, caveats. */
export type MetricRole =
  /** Counts what was begun: where none of these counted, a run made no load. */
  | 'traffic'
  /** A rate: the share of what ended that failed. */
  | 'failure'
  /** Its tag `error` tells the classes of errors, where that of the failures does not. */
  | 'errors'
  /** Counts what should not happen: 0 where iterations were observed and it was not. */
  | 'fault'
  /** How fast the target was, as one number. */
  | 'latency'
  /** How long it took from when a message was sent unasked to its receipt. */
  | 'push'
  /** How long a connection took to open. */
  | 'opening'
  /** How long what was open stayed so. */
  | 'duration'
  /** Counts messages. */
  | 'sent'
  | 'received'
  /** Counts messages that nothing asked for, which another metric counts as received, too. */
  | 'notified'

export interface MetricOfGroup extends MetricDefinition {
  roles: readonly MetricRole[]
  /** What a table of times calls it; metrics without one are not in it. */
  label?: string
}

/** What is begun, ends, and may fail. */
export interface Begun {
  /** What fails, where failures are listed. */
  place: 'request' | 'session' | 'call' | 'iteration'
  /** Begins a sentence. */
  plural: string
  /** Title of its key figures, shared by protocols whose numbers add up, and what they call those begun. */
  figures: { title: string; begun: string }
}

/** Metrics that belong together. */
export interface MetricGroup {
  begun?: Begun
  metrics: Readonly<Record<string, MetricOfGroup>>
}

/** One way of talking to a target. A list of metrics that depends on protocols is derived from these. */
export interface Protocol extends MetricGroup {
  /** First part of the names of its metrics. */
  name: string
  /** As tables and charts call it. */
  title: string
  /** Line of the charts for how many of its connections are open. It is no metric. */
  openLine?: string
}

/** The metrics of a group that have any of the roles, in the group's order. */
export function metricsWith({ metrics }: MetricGroup, ...roles: readonly MetricRole[]): string[] {
  return Object.entries(metrics).flatMap(([name, { roles: own }]) =>
    own.some((role) => roles.includes(role)) ? [name] : [],
  )
}

/** The first metric of a group that has a role. */
export function metricWith(group: MetricGroup, role: MetricRole): string | undefined {
  return metricsWith(group, role)[0]
}

export const counter = (roles: readonly MetricRole[] = [], unit = ''): MetricOfGroup => ({
  kind: 'counter',
  unit,
  roles,
})
export const gauge = (): MetricOfGroup => ({ kind: 'gauge', unit: '', roles: [] })
export const rate = (roles: readonly MetricRole[] = []): MetricOfGroup => ({ kind: 'rate', unit: '', roles })
export const trend = (roles: readonly MetricRole[] = [], label?: string): MetricOfGroup => ({
  ...{ kind: 'trend', unit: 'ms', roles },
  ...(label !== undefined && { label }),
})
