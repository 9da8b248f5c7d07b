import { VolleyError } from '../../lib/core/base/errors.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import { windowsOf } from '../../lib/core/plan/slice.ts'
import type { GeneratorEnd } from '../../lib/core/results/observed.ts'
import type { Ending } from '../../lib/core/results/snapshot.ts'
import type { Clock, Crew, Launcher, SnapshotStore } from '../../lib/ports.ts'
import type { LoadedScenario } from '../../lib/scenario/scenario-file.ts'
import type { PrintedLines } from '../../lib/user-code/printed-lines.ts'
import type { StrayErrors } from '../../lib/user-code/stray-errors.ts'
import type { GenerateOptions } from './generate.ts'
import { prepare } from './prepare.ts'

/** From when all generators are ready to their common start. */
const START_AHEAD_MS = 20

interface InProcessOptions {
  store: SnapshotStore
  clock: Clock
  loaded: LoadedScenario
  /** How often generators look for STOP. */
  stopPollMs?: number
  printed?: PrintedLines
  strays?: StrayErrors
  /** How the generators are, where this process has other work besides; by default it is measured. */
  health?: GenerateOptions['health']
}

type Generate = (startAtMs: number) => Promise<Ending>

/**
 * The generators of a run in this process, one window of a slice after the other, without the warm-up that a process
 * of its own needs: for tests, and for embedding small loads. Generators share one event loop, and a flow that blocks
 * it blocks all of them.
 */
export class InProcessLauncher implements Launcher {
  readonly #options: InProcessOptions

  constructor(options: InProcessOptions) {
    this.#options = options
  }

  async launch(plan: Plan, onFailure: (end: GeneratorEnd) => void = () => undefined): Promise<Crew> {
    const { clock } = this.#options
    const killed = new AbortController()
    const slices = Array.from({ length: plan.slices }, (_, slice) => slice)
    const first = await Promise.all(slices.map((slice) => this.#firstOf(plan, slice, killed.signal)))
    const startAtMs = clock.now() + START_AHEAD_MS
    let up = plan.slices
    const carried = slices.map((slice) =>
      this.#carry(plan, slice, first[slice] as Generate, {
        startAtMs,
        killed: killed.signal,
        onFailure,
      }).finally(() => up--),
    )
    const ended = Promise.all(carried).then((ends) => ends.flat())
    await clock.sleepUntil(startAtMs)
    return {
      startAtMs,
      ended,
      up: () => up,
      async kill() {
        killed.abort()
        await ended
      },
    }
  }

  async #firstOf(plan: Plan, slice: number, killed: AbortSignal): Promise<Generate> {
    return this.#prepare(plan, slice, 0, killed).catch((error: unknown) => {
      if (!(error instanceof VolleyError)) throw error
      const { code, message, mistakes } = error
      throw new VolleyError(code, `generator ${slice} failed before the start: ${message}`, mistakes)
    })
  }

  #prepare(plan: Plan, slice: number, window: number, killed: AbortSignal): Promise<Generate> {
    const { store, clock, loaded, stopPollMs = START_AHEAD_MS, printed, strays, health } = this.#options
    return prepare({
      ...{ store, clock, stopPollMs, abandon: killed, printed, health },
      ...(strays && { strays }),
      run: plan.run,
      invocation: { slice, window, attempt: 0 },
      targetUrl: plan.target.url,
      load: async () => loaded,
      // Leaves no time to warm up: this process does other work besides.
      startAtMs: clock.now(),
    })
  }

  /** All windows of a slice; the next one is prepared while the one before it goes on. */
  async #carry(
    plan: Plan,
    slice: number,
    first: Generate,
    run: { startAtMs: number; killed: AbortSignal; onFailure: (end: GeneratorEnd) => void },
  ): Promise<GeneratorEnd[]> {
    const ends: Promise<GeneratorEnd>[] = []
    for (const [window, { fromMs }] of windowsOf(plan, slice).entries()) {
      const due = this.#options.clock.sleepUntil(run.startAtMs + fromMs - START_AHEAD_MS, run.killed)
      // A lost generator is relieved all the same; one that was told to end has nothing to hand over.
      const before = await Promise.race([due, ends.at(-1)?.then(({ ending }) => ending)])
      if (run.killed.aborted || (typeof before === 'string' && before !== 'complete')) break
      const generate = window === 0 ? first : await this.#prepare(plan, slice, window, run.killed)
      ends.push(endOf({ slice, window, attempt: 0 }, generate(run.startAtMs), run.onFailure))
    }
    return Promise.all(ends)
  }
}

async function endOf(
  invocation: Pick<GeneratorEnd, 'slice' | 'window' | 'attempt'>,
  work: Promise<Ending>,
  onFailure: (end: GeneratorEnd) => void,
): Promise<GeneratorEnd> {
  try {
    return { ...invocation, ending: await work }
  } catch (error) {
    const end = { ...invocation, error: (error as Error).message }
    onFailure(end)
    return end
  }
}
