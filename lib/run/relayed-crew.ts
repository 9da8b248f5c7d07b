import type { Merge } from '../../aggregator/merge/merge.ts'
import type { GeneratorEnd } from '../core/results/observed.ts'
import { type Failure, failurePrefix, failureSchema, relayedKey } from '../core/run/relay.ts'
import type { Clock, Crew, SnapshotStore } from '../ports.ts'

const LOOK_EVERY_MS = 2_000
/** From STOP until a generator that still says nothing has had its time: poll, cut-off, last snapshot. */
const STOP_PATIENCE_MS = 10_000
/** From the deadline until nobody is waited for any more. */
const DEADLINE_PATIENCE_MS = 15_000

/** Why a watch ended: every lane is through, nobody is left to wait for, or its own invocation has to end. */
export type WatchEnd = 'relayed' | 'over' | 'unfinished'

interface CrewOptions {
  merge: Merge
  deadlineAtMs: number
  /** When the watching invocation has to end. */
  untilMs: number
  store: SnapshotStore
  clock: Clock
}

/** The generators that a state machine relays, as far as the store tells of them. */
export class RelayedCrew implements Crew {
  readonly startAtMs: number
  readonly ended: Promise<GeneratorEnd[]>
  end: WatchEnd = 'unfinished'
  readonly #options: CrewOptions
  #toldToEndAtMs = Number.POSITIVE_INFINITY

  constructor(options: CrewOptions) {
    this.#options = options
    this.startAtMs = options.merge.startAtMs
    this.ended = this.#untilEnded()
  }

  /** Those heard of within the last two intervals and a half. */
  up(): number {
    const { merge, clock } = this.#options
    const sinceMs = clock.now() - this.startAtMs - 2.5 * merge.plan.intervalMs
    return [...merge.generators.values()].filter(({ toMs }) => toMs > sinceMs).length
  }

  /** A running Lambda can't be ended; it has found STOP or its deadline, or will be waited for no longer. */
  async kill(): Promise<void> {
    this.#toldToEndAtMs = Math.min(this.#toldToEndAtMs, this.#options.clock.now())
  }

  async #untilEnded(): Promise<GeneratorEnd[]> {
    const { merge, store, clock, untilMs } = this.#options
    const { run } = merge.plan
    while (this.end === 'unfinished' && clock.now() < untilMs) {
      if (await store.get(relayedKey(run))) this.end = 'relayed'
      else if (clock.now() > this.#lastMs()) this.end = 'over'
      else await clock.sleepUntil(Math.min(untilMs, clock.now() + LOOK_EVERY_MS))
    }
    return readFailures(store, run)
  }

  #lastMs(): number {
    const { deadlineAtMs } = this.#options
    return Math.min(deadlineAtMs + DEADLINE_PATIENCE_MS, this.#toldToEndAtMs + STOP_PATIENCE_MS)
  }
}

/** The invocations that did not end by themselves. */
export async function readFailures(store: SnapshotStore, run: string): Promise<GeneratorEnd[]> {
  const ends: GeneratorEnd[] = []
  for await (const key of store.list(failurePrefix(run))) {
    const body = await store.get(key)
    const failure = failureSchema.parse(JSON.parse(new TextDecoder().decode(body)))
    ends.push({ slice: failure.slice, window: failure.window, attempt: 0, error: errorOf(failure) })
  }
  return ends
}

/** Lambda puts the error's message into a JSON text. */
function errorOf({ error, cause = '' }: Failure): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: string }
    return errorMessage ?? error
  } catch {
    return cause === '' ? error : `${error}: ${cause}`
  }
}
