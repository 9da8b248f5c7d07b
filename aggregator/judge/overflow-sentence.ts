import { writeTags } from '../../lib/core/metrics/selector.ts'
import { MANY_SERIES, REST } from '../../lib/core/plan/overflow.ts'
import type { Merge } from '../merge/merge.ts'
import type { FoldedTag } from '../merge/series-fold.ts'
import { formatNumber } from '../report/model/figure.ts'
import { named } from './sentence.ts'

const MAX_EXAMPLE = 60

/** What to do about a tag that takes too many values. */
const REMEDIES: Readonly<Record<string, string>> = {
  name: 'give requests of one kind one name, by the option name or by a path such as /products/{id} with params',
  check: 'keep what varies out of the names of checks',
  error: 'keep what varies out of the classes of errors',
  [REST]: 'tag by a few names',
}

/** Tags that took too many values to tell them all apart: a remark whatever the verdict, with what to do about it. */
export function overflowSentences({ series }: Pick<Merge, 'series'>): string[] {
  const byTag = Map.groupBy(series.folded(), ({ tag }) => tag)
  return [...byTag].sort(([a], [b]) => (a < b ? -1 : 1)).map(([tag, all]) => sentenceOf(tag, all))
}

function sentenceOf(tag: string, all: readonly FoldedTag[]): string {
  const [most] = all.toSorted((a, b) => b.values - a.values) as [FoldedTag]
  const flows = all.flatMap(({ flow }) => flow ?? []).sort()
  const many = `${most.uncounted ? 'more than ' : ''}${formatNumber(most.values)}`
  const where = flows.length === 0 ? '' : ` in flow ${named(flows)}`
  const examples = most.examples.length === 0 ? '' : ` (such as ${most.examples.map(short).join(', ')})`
  const what = tag === REST ? `samples have ${many} tags` : `the tag ${tag} took ${many} values`
  return (
    `${what}${where}${examples}, too many for the ${formatNumber(MANY_SERIES)} series of a generator: those beyond were ` +
    `recorded as ${writeTags({ [tag]: REST })}, where totals count them and nothing tells them apart; ` +
    (REMEDIES[tag] ?? 'give it few values')
  )
}

function short(value: string): string {
  return value.length > MAX_EXAMPLE ? `${value.slice(0, MAX_EXAMPLE - 1)}…` : value
}
