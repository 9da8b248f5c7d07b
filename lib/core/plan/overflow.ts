import { z } from 'zod'
import type { Tags } from '../metrics/metric.ts'
import { parseSelector, writeTags } from '../metrics/selector.ts'
import type { Plan } from './plan.ts'

/**
 * The value that stands for the values of a tag that are told apart no more; as the name of a tag, for further tags of
 * a scenario's own.
 */
export const REST = '(other)'

/** From so many series on, a generator tells no new value apart of a tag that has many. */
export const MANY_SERIES = 1_000

const count = z.number().min(0)

/** A tag that has taken so many values that a generator no longer tells them all apart. */
export const overflowSchema = z.strictObject({
  /** Whose samples it is about; absent for those that have no flow of the plan. */
  flow: z.string().optional(),
  /** `(other)` for tags of the scenario's own that have got too many themselves. */
  tag: z.string(),
  /** Different values that were seen. */
  values: count,
  /** There were more than were counted. */
  uncounted: z.literal(true).optional(),
  /** Some of the values that are told apart no more. */
  examples: z.array(z.string()),
  /** Values whose samples all are under their own name; of further tags, `tag:value`. */
  kept: z.array(z.string()),
})
export type Overflow = z.infer<typeof overflowSchema>

/** Tags that Volley sets itself: their names are few. */
export const BUILT_IN_TAGS: ReadonlySet<string> = new Set([
  'flow',
  'name',
  'method',
  'status',
  'error',
  'check',
  'reason',
  'metric',
  'leniency',
])

/** Values by their tags. */
export type TagValues = ReadonlyMap<string, ReadonlySet<string>>

/** The values that a plan's rows select by, and its flows: they are told apart however many others there are. */
export function selectedValues({ thresholds, flows }: Pick<Plan, 'thresholds' | 'flows'>): TagValues {
  const selected = new Map<string, Set<string>>([['flow', new Set(flows.map(({ name }) => name))]])
  for (const { metric } of thresholds)
    for (const [tag, value] of Object.entries(parseSelector(metric)?.tags ?? {})) {
      const values = selected.get(tag) ?? new Set()
      selected.set(tag, values)
      values.add(value)
    }
  return selected
}

/** The flow of the plan that a sample belongs to; `undefined` where its `flow` is none, or a tag of the scenario's own. */
export function flowOf({ flow }: Tags, selected: TagValues): string | undefined {
  return flow !== undefined && selected.get('flow')?.has(flow) ? flow : undefined
}

/** How a value is listed among those kept of further tags. */
export function keptTag(tag: string, value: string): string {
  return writeTags({ [tag]: value })
}
