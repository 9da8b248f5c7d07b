import type { Tags } from '../../lib/core/metrics/metric.ts'
import {
  BUILT_IN_TAGS,
  flowOf,
  keptTag,
  type Overflow,
  REST,
  selectedValues,
  type TagValues,
} from '../../lib/core/plan/overflow.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import { DistinctCount } from '../sums/distinct-count.ts'
import type { SeriesFoldState } from './partial.ts'

/** Values of a tag of one flow that a merge tells apart, over all generators. */
const MANY_VALUES = 1_000
/** Where there are more series than this, half as many values, and so on: their combinations must not get too many. */
const MANY_SERIES = 20_000
const MIN_VALUES = 16
/** Stands for values that the merge itself folded: it knows that none of them is one that a row selects by. */
const FOLDED = '\u0000(folded)'
const EXAMPLES = 3

/** What is known of the values of a tag in the samples of one flow. */
interface Values {
  /** The first in order of all that came; twice as many for a while. */
  first: Set<string>
  /** The last of them in order, once there were more. */
  limit: string | undefined
  /** What all generators keep that fold the tag; `undefined` while none does. */
  kept: Set<string> | undefined
  seen: number
  uncounted: boolean
  examples: string[]
}

/** A tag whose values are not all told apart. */
export type FoldedTag = Pick<Overflow, 'flow' | 'tag' | 'values' | 'uncounted' | 'examples'>

/**
 * Which values of tags a merge tells apart: those whose samples are all under their own name in every generator that
 * folds the tag, and of many those with the fewest digits, because it is ids that get many. Both are the same in
 * whatever order snapshots come. Values that rows select by stay as they are, complete or not.
 */
export class SeriesFold {
  readonly #selected: TagValues
  /** By flow, then by tag. */
  readonly #flows = new Map<string | undefined, Map<string, Values>>()
  /** Of all series that came, as they came. */
  #distinct = new DistinctCount()
  #mostValues = MANY_VALUES
  #isFolding = false
  /** Something is told apart no more since series were last placed. */
  #hasNarrowed = false

  constructor(plan: Pick<Plan, 'thresholds' | 'flows'>) {
    this.#selected = selectedValues(plan)
  }

  get state(): { fold: SeriesFoldState; distinct: number[] } {
    return { fold: this.#foldState, distinct: this.#distinct.state }
  }

  get #foldState(): SeriesFoldState {
    return [...this.#flows].flatMap(([flow, tags]) =>
      [...tags].map(([tag, { first, limit, kept, seen, uncounted, examples }]) => ({
        ...(flow !== undefined && { flow }),
        tag,
        first: [...first],
        ...(limit !== undefined && { limit }),
        ...(kept && { kept: [...kept] }),
        seen,
        uncounted,
        examples,
      })),
    )
  }

  restore({ fold, distinct }: { fold: SeriesFoldState; distinct: readonly number[] }): void {
    this.#distinct = DistinctCount.of(distinct)
    this.#limitValues()
    for (const { flow, tag, first, limit, kept, ...known } of fold) {
      const values = { ...known, first: new Set(first), limit, kept: kept && new Set(kept) }
      this.#tagsOf(flow).set(tag, values)
      this.#isFolding ||= limit !== undefined || kept !== undefined
    }
  }

  /** Takes over what a generator folds. */
  add(overflows: readonly Overflow[]): void {
    for (const { flow, tag, values, uncounted, examples, kept } of overflows) {
      const known = entry(this.#tagsOf(flow), tag)
      known.seen = Math.max(known.seen, values)
      known.uncounted ||= uncounted ?? false
      known.examples = [...new Set([...known.examples, ...examples])].sort().slice(0, EXAMPLES)
      const own = new Set(kept)
      const both = known.kept ? new Set([...known.kept].filter((value) => own.has(value))) : own
      this.#hasNarrowed ||= both.size !== known.kept?.size
      this.#isFolding = true
      known.kept = both
    }
  }

  /** Takes note of a series, by its canonical text, and of its values. */
  learn(key: string, tags: Tags): void {
    if (this.#distinct.add(key)) this.#limitValues()
    for (const tag in tags) {
      const value = tags[tag] as string
      if (value === REST || value === FOLDED || this.#isSelected(tag, value)) continue
      const values = entry(this.#tagsOf(flowOf(tags, this.#selected)), tag)
      if (values.limit !== undefined && isAfter(value, values.limit)) continue
      values.first.add(value)
      if (values.first.size > 2 * this.#mostValues) this.#prune(values)
    }
  }

  /** Whether series have to be placed again, because less is told apart than when this was asked before. */
  narrowed(): boolean {
    const narrowed = this.#hasNarrowed
    this.#hasNarrowed = false
    return narrowed
  }

  /** Tells apart no more values than it may, whatever the order in which they came. */
  settle(): void {
    this.#limitValues()
    for (const tags of this.#flows.values())
      for (const values of tags.values()) if (values.first.size > this.#mostValues) this.#prune(values)
  }

  /** The tags under which a series is added up: the same object where nothing has to be folded. */
  placeOf(tags: Tags): Tags {
    if (!this.#isFolding) return tags
    const known = this.#flows.get(flowOf(tags, this.#selected))
    return known ? mapped(tags, (tag, value) => this.#placed(known, tag, value)) : tags
  }

  /** The tags that reports give a series: `(other)` wherever not all samples of a value are under its name. */
  reported(tags: Tags): Tags {
    if (!this.#isFolding) return tags
    const flow = flowOf(tags, this.#selected)
    return mapped(tags, (tag, value) => (value === REST || this.#isWhole(flow, tag, value) ? value : REST))
  }

  /** Whether samples that a selector asks for may be in a series of other values: in their rest. */
  mayHold(tags: Tags, selector: Tags): boolean {
    const flow = flowOf(tags, this.#selected)
    return isRestOf(
      tags,
      selector,
      (tag, value) => this.#flows.get(flow)?.get(tag)?.kept?.has(value) ?? false,
    )
  }

  /** The tags whose values are not all told apart, for the reader of the verdict. */
  folded(): FoldedTag[] {
    return [...this.#flows].flatMap(([flow, tags]) =>
      [...tags].flatMap(([tag, values]) => {
        const { kept, limit, seen, uncounted, examples, first } = values
        if (kept === undefined && limit === undefined) return []
        const isMore = limit !== undefined && seen <= first.size
        const named = examples.length > 0 ? examples : [...first].sort(inOrder).slice(-EXAMPLES)
        return [
          {
            ...(flow !== undefined && { flow }),
            tag,
            values: isMore ? first.size : seen,
            ...((uncounted || isMore) && { uncounted: true as const }),
            examples: named,
          },
        ]
      }),
    )
  }

  #placed(known: ReadonlyMap<string, Values>, tag: string, value: string): string {
    const values = known.get(tag)
    if (!values || value === REST || value === FOLDED || this.#isSelected(tag, value)) return value
    const isOut = values.kept?.has(value) === false
    return isOut || (values.limit !== undefined && isAfter(value, values.limit)) ? FOLDED : value
  }

  #isWhole(flow: string | undefined, tag: string, value: string): boolean {
    if (value === FOLDED) return false
    const known = this.#flows.get(flow)
    const further = BUILT_IN_TAGS.has(tag) ? undefined : known?.get(REST)?.kept
    if (further && !further.has(keptTag(tag, value))) return false
    return known?.get(tag)?.kept?.has(value) ?? true
  }

  /** Both the number of series and so the limit change in one direction only, whatever the order. */
  #limitValues(): void {
    const halvings = Math.max(0, Math.ceil(Math.log2(this.#distinct.count / MANY_SERIES)))
    this.#mostValues = Math.max(MIN_VALUES, Math.floor(MANY_VALUES / 2 ** halvings))
  }

  #prune(values: Values): void {
    const first = [...values.first].sort(inOrder).slice(0, this.#mostValues)
    values.first = new Set(first)
    values.limit = first.at(-1)
    this.#isFolding = true
    this.#hasNarrowed = true
  }

  #isSelected(tag: string, value: string): boolean {
    return this.#selected.get(tag)?.has(value) ?? false
  }

  #tagsOf(flow: string | undefined): Map<string, Values> {
    const known = this.#flows.get(flow)
    if (known) return known
    const created = new Map<string, Values>()
    this.#flows.set(flow, created)
    return created
  }
}

/**
 * Whether a series is the rest of a tag that a selector names, and has what it asks for otherwise. `isKept` says of
 * which values none is in such a rest.
 */
export function isRestOf(
  tags: Tags,
  selector: Tags,
  isKept = (_tag: string, _value: string) => false,
): boolean {
  let isRest = false
  for (const [tag, value] of Object.entries(selector)) {
    const own = tags[tag]
    if (own === value) continue
    const mayBeFurther = own === undefined && tags[REST] !== undefined && !BUILT_IN_TAGS.has(tag)
    if (own !== REST && !mayBeFurther) return false
    if (mayBeFurther ? isKept(REST, keptTag(tag, value)) : isKept(tag, value)) return false
    isRest = true
  }
  return isRest
}

/** The same object where no value changes. */
function mapped(tags: Tags, placed: (tag: string, value: string) => string): Tags {
  let changed: Record<string, string> | undefined
  for (const tag in tags) {
    const value = placed(tag, tags[tag] as string)
    if (value === tags[tag]) continue
    changed ??= { ...tags }
    changed[tag] = value
  }
  return changed ?? tags
}

function entry(values: Map<string, Values>, tag: string): Values {
  const known = values.get(tag)
  if (known) return known
  const nothing = { limit: undefined, kept: undefined, seen: 0, uncounted: false, examples: [] }
  const created: Values = { first: new Set(), ...nothing }
  values.set(tag, created)
  return created
}

/** Values with few digits first, and then by the alphabet. */
function inOrder(a: string, b: string): number {
  return digitsIn(a) - digitsIn(b) || (a < b ? -1 : a > b ? 1 : 0)
}

function isAfter(value: string, limit: string): boolean {
  return inOrder(value, limit) > 0
}

function digitsIn(text: string): number {
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 48 && code <= 57) digits++
  }
  return digits
}
