import type { Summary, Values } from '../../../lib/core/results/summary.ts'
import { NO_FIGURE } from './figure.ts'

/** The lengths of one `vu.step` of one flow, in milliseconds. */
export type TimedStep = Extract<Values, { kind: 'trend' }> & { flow: string; name: string }

/** Every `vu.step` by flow and name; those whose tags were lost have no name. */
export function timedSteps({ series }: Pick<Summary, 'series'>): TimedStep[] {
  return series.flatMap(({ metric, tags: { flow = '', name = NO_FIGURE }, values }) =>
    metric === 'step_duration' && values.kind === 'trend' && values.count > 0
      ? [{ ...values, flow, name }]
      : [],
  )
}
