import { durationMs } from '../../lib/core/base/duration.ts'
import type { Selector } from '../../lib/core/metrics/selector.ts'
import { stagesOf, type Threshold } from '../../lib/core/metrics/threshold.ts'
import { type Cut, cutsOf, isDrain } from '../../lib/core/plan/cut.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import type { HistogramPack } from '../sums/histogram-pack.ts'
import type { Span } from '../sums/spans.ts'
import { isPerSecond, originOf, selectorOf } from './definition.ts'
import type { TrackState } from './partial.ts'
import { samplesOf, type Tally } from './tally.ts'
import { TallyShelf } from './tally-shelf.ts'

/** A window is made of about this many steps, or of fewer where the interval of the snapshots is longer. */
const STEPS_PER_WINDOW = 6

/** Neighbouring cuts whose samples a threshold need not tell apart. */
export interface Step extends Span {
  seqs: number[]
}

/** Neighbouring steps, from one index to another (inclusive). */
export interface Window {
  first: number
  last: number
}

/**
 * The samples of one threshold along the time it is about: the stages it names, or the whole schedule. The samples of
 * a threshold without windows need one step only, unless it asks for a rate per second (`perCut`): what a run that goes
 * on has counted is divided by the time it was counted in.
 */
export class Track {
  readonly selector: Selector
  readonly steps: readonly Step[]
  readonly overMs: number | undefined
  #samples = 0
  #rest: Track | undefined
  readonly #another: () => Track
  readonly #stepOf = new Map<number, number>()
  readonly #tallies = new TallyShelf()

  /** That of a threshold which tells samples apart by their time. */
  static of(plan: Plan, threshold: Threshold): Track | undefined {
    if (originOf(plan, selectorOf(threshold)) !== 'series') return undefined
    const wholeRun = threshold.over === undefined && threshold.stage === undefined
    const perSecond = isPerSecond(plan, threshold)
    return wholeRun && !perSecond ? undefined : new Track(plan, threshold, perSecond)
  }

  constructor(plan: Plan, threshold: Threshold, perCut: boolean) {
    this.selector = selectorOf(threshold)
    this.#another = () => new Track(plan, threshold, perCut)
    this.overMs = threshold.over === undefined ? undefined : durationMs(threshold.over)
    const cuts = cutsInside(plan, threshold)
    if (this.overMs !== undefined)
      this.steps = stepsOf(cuts, Math.max(plan.intervalMs, this.overMs / STEPS_PER_WINDOW))
    else this.steps = perCut ? stepsOf(cuts, 0) : oneStep(cuts)
    for (const [index, { seqs }] of this.steps.entries()) for (const seq of seqs) this.#stepOf.set(seq, index)
  }

  stateIn(pack: HistogramPack): TrackState {
    const rest = this.#rest?.stateIn(pack)
    return { samples: this.#samples, ...this.#tallies.stateIn(pack), ...(rest && { rest }) }
  }

  /** Takes the place of what was added so far. */
  restore({ samples, rest, ...tallies }: TrackState, pack: HistogramPack): void {
    this.#samples = samples
    this.#rest = undefined
    if (rest) {
      this.#rest = this.#another()
      this.#rest.restore(rest, pack)
    }
    this.#tallies.restore(tallies, pack)
  }

  add(seq: number, tally: Tally): void {
    const step = this.#stepOf.get(seq)
    if (step === undefined) return
    this.#samples += samplesOf(tally) ?? 0
    this.#tallies.add(step, tally)
  }

  /** Adds samples that may be the threshold's: they are in the rest of a tag that it names. */
  addRest(seq: number, tally: Tally): void {
    this.#rest ??= this.#another()
    this.#rest.add(seq, tally)
  }

  /** What was added as the rest. */
  get rest(): Track | undefined {
    return this.#rest
  }

  /** Samples of all steps, where their kind counts them. */
  get samples(): number {
    return this.#samples
  }

  /** What was added to a step, to be read only. */
  at(step: number): Tally | undefined {
    return this.#tallies.at(step)
  }

  /**
   * Every window of the threshold: one from each step on, made of as many neighbouring steps as reach its length.
   * So windows begin at most a sixth of their length (or one interval) apart, none reaches across a gap between
   * stages, and none is shorter than was asked for.
   */
  *windows(): Iterable<Window> {
    const overMs = this.overMs ?? 0
    for (let first = 0, last = 0; first < this.steps.length; first++) {
      const from = this.steps[first] as Step
      last = Math.max(last, first)
      while ((this.steps[last] as Step).toMs - from.fromMs < overMs) {
        const next = this.steps[last + 1]
        if (next?.fromMs !== this.steps[last]?.toMs) break
        last++
      }
      if ((this.steps[last] as Step).toMs - from.fromMs >= overMs) yield { first, last }
    }
  }
}

/** The cuts a threshold is about. Load ends with the schedule: what drains after it is in no stage and no window. */
function cutsInside(plan: Plan, threshold: Threshold): Cut[] {
  const wanted = stagesOf(threshold)
  return cutsOf(plan).filter(
    (cut) =>
      !isDrain(cut, plan) && (wanted.length === 0 || cut.stages.some((stage) => wanted.includes(stage))),
  )
}

function oneStep(cuts: readonly Cut[]): Step[] {
  const [first, last] = [cuts[0], cuts.at(-1)]
  return first && last ? [{ fromMs: first.fromMs, toMs: last.toMs, seqs: cuts.map(({ seq }) => seq) }] : []
}

/** Joins neighbouring cuts into steps no longer than `longestMs`. */
function stepsOf(cuts: readonly Cut[], longestMs: number): Step[] {
  const steps: Step[] = []
  for (const { seq, fromMs, toMs } of cuts) {
    const step = steps.at(-1)
    if (step?.toMs === fromMs && toMs - step.fromMs <= longestMs) {
      step.toMs = toMs
      step.seqs.push(seq)
    } else steps.push({ fromMs, toMs, seqs: [seq] })
  }
  return steps
}
