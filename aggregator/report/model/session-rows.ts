import {
  type MetricRole,
  metricsWith,
  metricWith,
  type Protocol,
} from '../../../lib/core/metrics/protocol.ts'
import { OTHER_PROTOCOLS } from '../../../lib/core/metrics/protocols.ts'
import type { Summary } from '../../../lib/core/results/summary.ts'

/** What a flow did under one name over another protocol than plain HTTP. Counts that the protocol lacks are absent. */
export interface SessionRow {
  protocol: string
  flow: string
  name: string
  /** Sessions and streams opened, or tried in vain; calls made. */
  begun: number
  failed: number
  /** Those out of which `failed` failed: what the end of the run cut off is in neither. */
  ended: number
  sent?: number
  received?: number
}

type Series = Summary['series'][number]

/** A row for each name of each flow, by protocol. */
export function sessionRows({ series }: Pick<Summary, 'series'>): SessionRow[] {
  return OTHER_PROTOCOLS.flatMap((protocol) => {
    const metrics = new Set(metricsWith(protocol, 'traffic', 'failure', 'sent', 'received'))
    const own = series.filter(({ metric }) => metrics.has(metric))
    const byName = Map.groupBy(own, ({ tags: { flow = '', name = '' } }) => JSON.stringify([flow, name]))
    return [...byName].map(([key, members]) => rowOf(protocol, JSON.parse(key), members))
  })
}

function rowOf(
  protocol: Protocol,
  [flow, name]: [flow: string, name: string],
  members: readonly Series[],
): SessionRow {
  const of = (role: MetricRole) => {
    const wanted = metricWith(protocol, role)
    return wanted === undefined ? undefined : members.filter(({ metric }) => metric === wanted)
  }
  const counted = (role: MetricRole): number | undefined =>
    of(role)?.reduce((sum, { values }) => sum + (values.kind === 'counter' ? values.count : 0), 0)
  const rates = (of('failure') ?? []).flatMap(({ values }) => (values.kind === 'rate' ? [values] : []))
  const [sent, received] = [counted('sent'), counted('received')]
  return {
    ...{ protocol: protocol.title, flow, name },
    begun: counted('traffic') ?? 0,
    failed: rates.reduce((sum, { trues }) => sum + trues, 0),
    ended: rates.reduce((sum, { total }) => sum + total, 0),
    ...(sent !== undefined && { sent }),
    ...(received !== undefined && { received }),
  }
}
