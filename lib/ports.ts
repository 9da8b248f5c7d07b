import type { Plan } from './core/plan/plan.ts'
import type { GeneratorEnd } from './core/results/observed.ts'
import type { SeriesUnit } from './core/results/published.ts'
import type { Summary } from './core/results/summary.ts'
import type { Verdict } from './core/results/verdict.ts'
import type { RunRequest } from './core/run/run-request.ts'
import type { OutsideSeries } from './core/scenario/source.ts'

/** Keys are paths with `/`. Every adapter passes `test/contract/snapshot-store.contract.ts`. */
export interface SnapshotStore {
  /** Writes an object, replacing what was there. Throws `STORE_UNWRITABLE`. */
  put(key: string, body: Uint8Array | string): Promise<void>
  /** Writes an object unless the key exists; says whether it wrote. Nobody ever sees half an object. */
  putOnce(key: string, body: Uint8Array | string): Promise<boolean>
  /** The object's bytes, or `undefined` where there is none. Throws `STORE_UNREADABLE`. */
  get(key: string): Promise<Uint8Array | undefined>
  /** All keys with a prefix, in no particular order. */
  list(prefix: string): AsyncIterable<string>
}

/** Time, and waiting for it. */
export interface Clock {
  /** Epoch milliseconds with a fraction. */
  now(): number
  /** Resolves at the given epoch time, or at once when it has passed or the signal is aborted. */
  sleepUntil(atMs: number, signal?: AbortSignal): Promise<void>
}

/** One invocation of a generator: a window of a slice. */
export interface Invocation {
  slice: number
  window: number
  attempt: number
}

/** Starts generators. */
export interface Launcher {
  /**
   * Brings the first window of every slice up, gives all of them the same start, and relays later windows.
   * Generators that do not come up in time are left behind: the run starts without them. Throws where one fails before
   * the start, and leaves none behind. `onFailure` hears at once of those that fail later.
   */
  launch(plan: Plan, onFailure?: (end: GeneratorEnd) => void): Promise<Crew>
}

/** The generators of one run. */
export interface Crew {
  /** The common start, epoch milliseconds. */
  startAtMs: number
  /** Settles when no generator is left, with how each invocation ended. */
  ended: Promise<GeneratorEnd[]>
  /** Generators up now. */
  up(): number
  /** Ends all of them at once, without asking. */
  kill(): Promise<void>
}

/** Where metrics from outside the generators come from. Never throws: what can't be had is a `noData` reason. */
export interface MetricsSource {
  /** Called at the start of the run: a source that has to sample begins to. */
  begin(): void
  /** What a source that samples has seen so far since an epoch time; others know nothing before the end. */
  sampled?(fromMs: number): OutsideSeries[]
  /** Every series of the source between two epoch times. */
  read(fromMs: number, toMs: number): Promise<OutsideSeries[]>
  close(): Promise<void>
}

/** Values of one series, and how often each of them came. */
export interface SeriesDatum {
  name: string
  unit: SeriesUnit
  values: readonly number[]
  counts: readonly number[]
}

/** Readings of one moment, epoch milliseconds; the dimensions are those of all their series. */
export interface Publication {
  atMs: number
  dimensions: Readonly<Record<string, string>>
  data: readonly SeriesDatum[]
}

/** Where a run's series go while it goes on. Every adapter passes `test/contract/series-publisher.contract.ts`. */
export interface SeriesPublisher {
  /** Adds readings to their series, all of a moment's to what is there of it. Rejects where it can't. */
  publish(publication: Publication): Promise<void>
}

/** How a fault stands that was injected into the target. */
export interface Fault {
  state: 'running' | 'completed' | 'stopped' | 'failed'
  /** Epoch milliseconds. */
  startedAtMs?: number
  endedAtMs?: number
  /** What the injector says of its state. */
  reason?: string
}

/** Injects faults into the target. Every method throws where the same call may be made again. */
export interface FaultInjector {
  /**
   * Starts an experiment of a template, or finds the one that the same token has started. `refused` says why it will
   * not start however often it is asked for.
   */
  start(template: string, token: string): Promise<{ id: string } | { refused: string }>
  /** Ends an experiment; one that has ended stays as it is. */
  stop(id: string): Promise<void>
  state(id: string): Promise<Fault>
}

/** Which runs of an archive are wanted. */
export interface RunFilter {
  /** Name of a scenario. */
  scenario?: string
  profile?: string
  /** Only runs from before that moment, epoch milliseconds. */
  before?: number
  limit: number
}

/** A run as a list knows it. */
export interface ArchivedRun {
  run: string
  /** Epoch milliseconds: when it was asked for, or when its load started. */
  atMs: number
  /** Absent where the archive does not know. */
  scenario?: string
  profile?: string
}

/** What a run has left. A part that is absent was not written, or not by this version. */
export interface RunFiles {
  plan?: Plan
  summary?: Summary
  verdict?: Verdict
}

/** The runs that are kept. Every adapter passes `test/contract/run-archive.contract.ts`. */
export interface RunArchive {
  /** The newest first; runs of one moment by name. */
  list(filter: RunFilter): Promise<ArchivedRun[]>
  /** `undefined` for a run that is not in the archive. */
  open(run: string): Promise<RunFiles | undefined>
}

/** The once-only parts of a scenario. What they request is not part of the measurements. */
export interface Occasion {
  /** Throws `SETUP_FAILED`. */
  setup(): Promise<void>
  /** Throws nothing: what went wrong becomes remarks in the verdict. */
  teardown(): Promise<string[]>
}

/** How an execution stands. */
export interface Execution {
  state: 'running' | 'succeeded' | 'failed' | 'aborted'
  /** Why it failed, for a person. */
  cause?: string
  /** When it ended, epoch milliseconds. */
  endedAtMs?: number
}

/** Starts whole runs elsewhere: planning, generators and judging are the execution's. */
export interface RunStarter {
  /** Starts an execution with the run's name, unless there is one already. Throws `START_FAILED`. */
  start(run: string, request: RunRequest): Promise<void>
  /** The execution of a run, or `undefined` where none is known. */
  describe(run: string): Promise<Execution | undefined>
}
