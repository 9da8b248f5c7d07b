import type { Histogram } from '../../lib/core/metrics/histogram.ts'
import { TREND_SCALE } from '../../lib/core/metrics/metric.ts'
import type { Cut } from '../../lib/core/plan/cut.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import type { Ending, Health, SnapshotHeader } from '../../lib/core/results/snapshot.ts'
import type { GeneratorSummary } from '../../lib/core/results/summary.ts'
import { Bitset } from '../sums/bitset.ts'
import { ExactSum } from '../sums/exact-sum.ts'
import { Spans } from '../sums/spans.ts'
import type { GeneratorState } from './partial.ts'
import { inUnit, isLater, type Origin } from './tally.ts'

/** Above this share of a core a generator delays its own requests. */
const BUSY_SHARE = 0.85
/** Such a stretch is no passing burst: at least three intervals, and at least this long. */
const BUSY_INTERVALS = 3
const BUSY_MS = 10_000
/** The share over a shorter interval says little. */
const MIN_INTERVAL_MS = 1_000
/** The rest of the descriptors is needed for files, and for connections that are being replaced. */
const SCARCE_SHARE = 0.95
const MAX_LAG_MS = 100
const MAX_START_LATE_MS = 1_000

const NO_HEALTH = {
  cpuShareMax: 0,
  loopShareMax: 0,
  loopDelayP99Ms: 0,
  heapMaxBytes: 0,
  rssMaxBytes: 0,
  socketsMax: 0,
  descriptorShareMax: 0,
}

/** What the snapshots of one slice say about the generators that carried it. */
export class GeneratorTally {
  readonly #slice: number
  #observed = new Spans()
  #busy = new Bitset()
  #gcMs = new ExactSum()
  #health = NO_HEALTH
  #startLateMs = 0
  #requests = 0
  #toMs = 0
  #loopShare = 0
  /** When each window that has ended did. */
  #endings = new Map<number, number>()
  #ended: (Origin & { ending: Ending }) | undefined

  constructor(slice: number) {
    this.#slice = slice
  }

  static of(slice: number, state: GeneratorState): GeneratorTally {
    const tally = new GeneratorTally(slice)
    tally.#observed = Spans.ofState(state.observed)
    tally.#busy = Bitset.of(state.busy)
    tally.#gcMs = ExactSum.of(state.gcMs)
    tally.#health = { ...NO_HEALTH, ...state.health }
    tally.#startLateMs = state.startLateMs
    tally.#requests = state.requests
    tally.#toMs = state.toMs
    tally.#loopShare = state.loopShare
    tally.#endings = new Map(state.endings)
    tally.#ended = state.ended
    return tally
  }

  get state(): GeneratorState {
    return {
      observed: this.#observed.state,
      busy: this.#busy.state,
      gcMs: this.#gcMs.state,
      health: this.#health,
      startLateMs: this.#startLateMs,
      requests: this.#requests,
      toMs: this.#toMs,
      loopShare: this.#loopShare,
      endings: [...this.#endings],
      ...(this.#ended && { ended: this.#ended }),
    }
  }

  add(header: SnapshotHeader, key: string): void {
    const { seq, fromMs, toMs, ending, health } = header
    this.#observed.add(fromMs, toMs)
    if (toMs >= this.#toMs) this.#loopShare = health.loopShare
    this.#toMs = Math.max(this.#toMs, toMs)
    this.#startLateMs = Math.max(this.#startLateMs, header.startLateMs)
    if (ending) this.#endings.set(header.window, Math.max(toMs, this.#endings.get(header.window) ?? 0))
    if (ending && isLater({ toMs, key }, this.#ended)) this.#ended = { toMs, key, ending }
    if (toMs - fromMs >= MIN_INTERVAL_MS && health.loopShare > BUSY_SHARE) this.#busy.add(seq)
    this.#gcMs.add(health.gcMs)
    this.#health = highest(this.#health, health, toMs - fromMs >= MIN_INTERVAL_MS)
    for (const series of header.series)
      if (series.metric === 'http_reqs' && series.kind === 'counter') this.#requests += series.sum
  }

  /** When a window's generator left, from the start of the run; `undefined` while it has not said so. */
  endedAtMs(window: number): number | undefined {
    return this.#endings.get(window)
  }

  /** End of the time that this slice has reported. */
  get toMs(): number {
    return this.#toMs
  }

  /** Share of a CPU that the event loop used in the latest snapshot. */
  get loopShare(): number {
    return this.#loopShare
  }

  summary(plan: Plan, cuts: readonly Cut[], startLag: Histogram | undefined): GeneratorSummary {
    const observedMs = this.#observed.lengthUntil(plan.durationMs)
    return {
      slice: this.#slice,
      observedMs,
      plannedMs: this.#plannedMs(plan),
      ...(this.#ended && { ending: this.#ended.ending }),
      startLateMs: this.#startLateMs,
      requests: this.#requests,
      ...this.#health,
      gcMs: this.#gcMs.value,
      limited: [
        ...this.#busyReasons(cuts, observedMs, plan.intervalMs),
        ...this.#scarcityReasons(),
        ...lagReasons(startLag),
        ...lateReasons(this.#startLateMs),
      ],
    }
  }

  /** An iteration count may be reached before its `maxDuration`; a slice that says so has nothing left to observe. */
  #plannedMs(plan: Plan): number {
    if (this.#ended?.ending !== 'complete') return plan.durationMs
    const counted = plan.executors.filter((executor) => 'iterations' in executor).map(({ name }) => name)
    const timed = plan.stages.filter(({ executor }) => !counted.includes(executor))
    const timedEndMs = Math.max(0, ...timed.map(({ toMs }) => toMs))
    return Math.min(plan.durationMs, Math.max(timedEndMs, this.#toMs))
  }

  /** Over 85 % of a core for three intervals and ten seconds on end, or for more than half of the time. */
  #busyReasons(cuts: readonly Cut[], observedMs: number, intervalMs: number): string[] {
    const neededMs = Math.max(BUSY_INTERVALS * intervalMs, BUSY_MS)
    let totalMs = 0
    let longestMs = 0
    let onEndMs = 0
    let previous = -2
    for (const seq of this.#busy.values()) {
      const cut = cuts[seq] as Cut
      onEndMs = (seq === previous + 1 ? onEndMs : 0) + cut.toMs - cut.fromMs
      longestMs = Math.max(longestMs, onEndMs)
      totalMs += cut.toMs - cut.fromMs
      previous = seq
    }
    if (longestMs < neededMs && totalMs <= observedMs / 2) return []
    const most = Math.round(this.#health.loopShareMax * 100)
    return [`kept over 85 % of a CPU busy for ${Math.round(totalMs / 1_000)} s (at most ${most} %)`]
  }

  #scarcityReasons(): string[] {
    const { socketsMax, descriptorShareMax } = this.#health
    if (descriptorShareMax <= SCARCE_SHARE) return []
    const share = Math.round(descriptorShareMax * 100)
    return [`had ${socketsMax} sockets open, ${share} % of what its descriptors allow`]
  }
}

/** Shares over a moment too short to say anything are left out. */
function highest(known: typeof NO_HEALTH, health: Health, isLong: boolean): typeof NO_HEALTH {
  return {
    cpuShareMax: Math.max(known.cpuShareMax, isLong ? health.cpuShare : 0),
    loopShareMax: Math.max(known.loopShareMax, isLong ? health.loopShare : 0),
    loopDelayP99Ms: Math.max(known.loopDelayP99Ms, health.loopDelayP99Ms),
    heapMaxBytes: Math.max(known.heapMaxBytes, health.heapBytes),
    rssMaxBytes: Math.max(known.rssMaxBytes, health.rssBytes),
    socketsMax: Math.max(known.socketsMax, health.sockets),
    descriptorShareMax: Math.max(known.descriptorShareMax, health.descriptorShare ?? 0),
  }
}

/** More than one iteration in a hundred started late; a single one is no sign of anything. */
function lagReasons(startLag: Histogram | undefined): string[] {
  if (!startLag) return []
  const late = startLag.count - startLag.countAtOrBelow(MAX_LAG_MS * TREND_SCALE)
  if (late < 2 || late <= startLag.count / 100) return []
  const p99Ms = Math.round(inUnit(startLag, 0.99))
  return [`started iterations late: p(99) of its start lag is ${p99Ms} ms, over ${MAX_LAG_MS} ms`]
}

function lateReasons(startLateMs: number): string[] {
  if (startLateMs <= MAX_START_LATE_MS) return []
  return [`began ${(startLateMs / 1_000).toFixed(1)} s late`]
}
