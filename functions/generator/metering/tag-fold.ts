import type { Tags } from '../../../lib/core/metrics/metric.ts'
import {
  BUILT_IN_TAGS,
  flowOf,
  keptTag,
  type Overflow,
  REST,
  type TagValues,
} from '../../../lib/core/plan/overflow.ts'

/** From so many series on, a tag that has got some values tells none apart but those that rows select by. */
const TOO_MANY_SERIES = 3_000
/** From here on, only what rows select by is told apart. */
const MAX_SERIES = 4_000

/** Room for what is left of a tag's series when its values are told apart no more. */
const ROOM = 250

const MANY_VALUES = 100
const SOME_VALUES = 20
/** Tags of one flow; a scenario that makes up more names for its own gets them folded together. */
const MANY_TAGS = 100
/** Values that are remembered to be counted, of all tags together. */
const MAX_COUNTED = 20_000
const EXAMPLES = 3

/** The values that a tag has taken in the samples of one flow. */
interface Values {
  /** Those that are told apart. */
  kept: Set<string>
  /** Those that are not, as far as they are counted. */
  folded: Set<string>
  /** No further value is told apart. */
  isFull: boolean
  uncounted: boolean
}

/**
 * Which values of tags a generator tells apart. A flow may name requests, checks or tags without bounds: where series
 * get many, the tag with the most values is folded, and its further ones become `(other)`. Values that a row selects by
 * and flows never do, so rows stay exact. A value that is kept keeps all its samples; so what is told apart is exact too.
 */
export class TagFold {
  readonly #selected: TagValues
  /** By flow, then by tag. */
  readonly #flows = new Map<string | undefined, Map<string, Values>>()
  /** Flows of which a tag is full. */
  readonly #full = new Set<string | undefined>()
  #counted = 0
  #tightFrom = TOO_MANY_SERIES

  constructor(selected: TagValues) {
    this.#selected = selected
  }

  /** The tags under which a sample is recorded: the same object where nothing has to be folded. */
  fold(tags: Tags): Tags {
    if (this.#full.size === 0) return tags
    const flow = flowOf(tags, this.#selected)
    if (!this.#full.has(flow)) return tags
    const values = this.#valuesOf(flow)
    let folded: Record<string, string> | undefined
    for (const tag in tags) {
      const value = tags[tag] as string
      const known = values.get(tag)
      if (!known?.isFull || value === REST || known.kept.has(value) || this.#isSelected(tag, value)) continue
      folded ??= { ...tags }
      folded[tag] = REST
      this.#countFolded(known, value)
    }
    return folded ?? tags
  }

  /**
   * Folds more of the tags of a series that would be a new one beside so many: the tag that has the most values. Returns
   * the same object where it may be a new series.
   */
  tighten(tags: Tags, seriesCount: number): Tags {
    const flow = flowOf(tags, this.#selected)
    const values = this.#valuesOf(flow)
    if (seriesCount >= MAX_SERIES) return this.#barest(flow, values, tags)
    const few = this.#withoutFurtherTags(flow, values, tags)
    if (few !== tags) return few
    const isTight = seriesCount >= this.#tightFrom
    const tag = this.#mostVaried(values, tags, isTight)
    if (tag === undefined) return tags
    const varied = values.get(tag) as Values
    this.#fill(flow, varied)
    if (varied.kept.has(tags[tag] as string)) {
      this.#forget(varied)
      this.#tightFrom = seriesCount + ROOM
    }
    return this.fold(tags)
  }

  /** Takes note of the values of a new series. */
  learn(tags: Tags): void {
    const values = this.#valuesOf(flowOf(tags, this.#selected))
    for (const tag in tags) {
      const value = tags[tag] as string
      if (value !== REST && tag !== REST && !this.#isSelected(tag, value)) entry(values, tag).kept.add(value)
    }
  }

  /** The tags that are folded, for the reader of a snapshot. */
  overflows(): Overflow[] {
    return [...this.#full].flatMap((flow) =>
      [...this.#valuesOf(flow)].flatMap(([tag, { kept, folded, isFull, uncounted }]) =>
        isFull
          ? [
              {
                ...(flow !== undefined && { flow }),
                tag,
                values: kept.size + folded.size,
                ...(uncounted && { uncounted }),
                examples: [...folded].slice(0, EXAMPLES),
                kept: [...kept, ...this.#selectedOf(tag)],
              },
            ]
          : [],
      ),
    )
  }

  /** The tag with the most values that can be folded: one with a new value, or where it is tight with any. */
  #mostVaried(values: Map<string, Values>, tags: Tags, isTight: boolean): string | undefined {
    let most: string | undefined
    let mostValues = isTight ? SOME_VALUES : MANY_VALUES
    for (const tag in tags) {
      const value = tags[tag] as string
      const known = values.get(tag)
      if (!known || value === REST || this.#isSelected(tag, value)) continue
      if (known.kept.size < mostValues || (known.kept.has(value) && !isTight)) continue
      most = tag
      mostValues = known.kept.size + 1
    }
    return most
  }

  /** Puts tags that are new beside a hundred others into one. */
  #withoutFurtherTags(flow: string | undefined, values: Map<string, Values>, tags: Tags): Tags {
    if (values.size < MANY_TAGS) return tags
    return this.#without(flow, values, tags, (tag) => values.has(tag))
  }

  /** Leaves what rows select by, and of Volley's own tags that they are there. */
  #barest(flow: string | undefined, values: Map<string, Values>, tags: Tags): Tags {
    for (const tag in tags) {
      if (!BUILT_IN_TAGS.has(tag) || tags[tag] === REST || this.#isSelected(tag, tags[tag] as string))
        continue
      const known = entry(values, tag)
      this.#fill(flow, known)
      this.#forget(known)
    }
    return this.#without(flow, values, this.fold(tags), () => false)
  }

  #without(
    flow: string | undefined,
    values: Map<string, Values>,
    tags: Tags,
    isKept: (tag: string) => boolean,
  ): Tags {
    const further = Object.keys(tags).filter(
      (tag) =>
        !BUILT_IN_TAGS.has(tag) &&
        tag !== REST &&
        !this.#isSelected(tag, tags[tag] as string) &&
        !isKept(tag),
    )
    if (further.length === 0) return tags
    const rest = entry(values, REST)
    this.#fill(flow, rest)
    for (const tag of further) this.#countFolded(rest, tag)
    return {
      ...Object.fromEntries(Object.entries(tags).filter(([tag]) => !further.includes(tag))),
      [REST]: REST,
    }
  }

  #fill(flow: string | undefined, values: Values): void {
    values.isFull = true
    this.#full.add(flow)
  }

  /** Tells no value apart any more. What is already recorded under a value is a part of its samples. */
  #forget(values: Values): void {
    for (const value of values.kept) this.#countFolded(values, value)
    values.kept.clear()
  }

  #countFolded(values: Values, value: string): void {
    if (values.folded.has(value)) return
    if (this.#counted >= MAX_COUNTED) values.uncounted = true
    else {
      this.#counted++
      values.folded.add(value)
    }
  }

  #isSelected(tag: string, value: string): boolean {
    return this.#selected.get(tag)?.has(value) ?? false
  }

  #selectedOf(tag: string): string[] {
    if (tag !== REST) return [...(this.#selected.get(tag) ?? [])]
    return [...this.#selected].flatMap(([own, values]) => [...values].map((value) => keptTag(own, value)))
  }

  #valuesOf(flow: string | undefined): Map<string, Values> {
    const known = this.#flows.get(flow)
    if (known) return known
    const created = new Map<string, Values>()
    this.#flows.set(flow, created)
    return created
  }
}

function entry(values: Map<string, Values>, tag: string): Values {
  const known = values.get(tag)
  if (known) return known
  const created = { kept: new Set<string>(), folded: new Set<string>(), isFull: false, uncounted: false }
  values.set(tag, created)
  return created
}
