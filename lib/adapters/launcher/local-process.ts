import { VolleyError } from '../../core/base/errors.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { windowsOf } from '../../core/plan/slice.ts'
import { startAheadMs } from '../../core/plan/start-ahead.ts'
import type { GeneratorEnd } from '../../core/results/observed.ts'
import type { Clock, Crew, Launcher } from '../../ports.ts'
import { GeneratorProcess } from './generator-process.ts'
import { type GeneratorPrinted, UNHEARD } from './local-message.ts'

/** How long generators may take to come up before the run starts without the missing ones. */
const PATIENCE_MS = 20_000
/** How often it is said how many users are connected. */
const CONNECTING_EVERY_MS = 1_000
/** How long before its window a relaying generator is brought up. */
const RELAY_AHEAD_MS = 5_000
/** What a generator may take beyond its window and graceful stop before it is taken for hung. */
const HUNG_AFTER_MS = 10_000
/** The same for one that does not respond any more. */
const BLOCKED_AFTER_MS = 4_000

/** Generators as processes of this machine, whose store is a directory. */
export class LocalProcessLauncher implements Launcher {
  readonly #directory: string
  readonly #clock: Clock
  readonly #entry: string | undefined
  printed: GeneratorPrinted = UNHEARD
  /** Hears now and again how many users are connected while the start is ahead. */
  onConnecting: (users: number) => void = () => undefined

  constructor(directory: string, clock: Clock, entry?: string) {
    this.#directory = directory
    this.#clock = clock
    this.#entry = entry
  }

  async launch(plan: Plan, onFailure: (end: GeneratorEnd) => void = () => undefined): Promise<Crew> {
    const over = new AbortController()
    const processes: GeneratorProcess[] = []
    const bringUp = (slice: number, window: number): GeneratorProcess => {
      const created = new GeneratorProcess({
        directory: this.#directory,
        run: plan.run,
        targetUrl: plan.target.url,
        invocation: { slice, window, attempt: 0 },
        clock: this.#clock,
        ...(this.#entry !== undefined && { entry: this.#entry }),
      })
      created.printed = this.printed
      processes.push(created)
      return created
    }
    const kill = async (because: string): Promise<void> => {
      over.abort()
      for (const generator of processes) generator.kill(because)
      await Promise.all(processes.map(({ ended }) => ended))
    }
    const first = Array.from({ length: plan.slices }, (_, slice) => bringUp(slice, 0))
    const startAtMs = await this.#startTogether(first, startAheadMs(plan)).catch(async (failure) => {
      await kill('another generator failed before the start')
      throw failure
    })
    const report = ({ invocation, failed }: GeneratorProcess): void =>
      void failed.then(({ message }) => !over.signal.aborted && onFailure({ ...invocation, error: message }))
    for (const generator of first) report(generator)
    const relays = first.map((generator) =>
      this.#relay(
        plan,
        startAtMs,
        generator,
        (slice, window) => {
          const created = bringUp(slice, window)
          report(created)
          return created
        },
        over.signal,
      ),
    )
    return {
      startAtMs,
      ended: Promise.all(relays).then((ends) => ends.flat()),
      up: () => processes.filter(({ isUp }) => isUp).length,
      kill: () => kill('did not end at STOP and was killed'),
    }
  }

  /** Resolves with the common start when it has come. Throws what the first generator failed of that failed before it. */
  async #startTogether(generators: readonly GeneratorProcess[], aheadMs: number): Promise<number> {
    const failed = Promise.race(generators.map(failureOf))
    const over = new AbortController()
    try {
      await Promise.race([
        failed,
        Promise.all(generators.map(({ ready }) => ready)),
        this.#clock.sleepUntil(this.#clock.now() + PATIENCE_MS, over.signal),
      ])
      const startAtMs = this.#clock.now() + aheadMs
      for (const generator of generators) generator.start(startAtMs)
      await Promise.race([failed, this.#untilStart(startAtMs, generators, over.signal)])
      return startAtMs
    } finally {
      over.abort()
    }
  }

  async #untilStart(
    startAtMs: number,
    generators: readonly GeneratorProcess[],
    signal: AbortSignal,
  ): Promise<void> {
    while (this.#clock.now() + CONNECTING_EVERY_MS < startAtMs && !signal.aborted) {
      await this.#clock.sleepUntil(this.#clock.now() + CONNECTING_EVERY_MS, signal)
      this.onConnecting(generators.reduce((sum, { connected }) => sum + connected, 0))
    }
    await this.#clock.sleepUntil(startAtMs, signal)
  }

  /** Carries one slice through its windows: each next generator is up before its window begins. */
  async #relay(
    plan: Plan,
    startAtMs: number,
    first: GeneratorProcess,
    bringUp: (slice: number, window: number) => GeneratorProcess,
    over: AbortSignal,
  ): Promise<GeneratorEnd[]> {
    const { slice } = first.invocation
    const windows = windowsOf(plan, slice)
    const ends: Promise<GeneratorEnd>[] = [
      this.#watch(first, startAtMs + (windows[0]?.toMs ?? 0) + plan.gracefulStopMs),
    ]
    for (const [window, { fromMs, toMs }] of windows.entries()) {
      if (window === 0) continue
      const told = new AbortController()
      over.addEventListener('abort', () => told.abort(), { once: true })
      // A lost generator is relieved all the same; one that was told to end has nothing to hand over.
      void ends.at(-1)?.then(({ ending }) => ending !== undefined && ending !== 'complete' && told.abort())
      await this.#clock.sleepUntil(startAtMs + fromMs - RELAY_AHEAD_MS, told.signal)
      if (told.signal.aborted) break
      const next = bringUp(slice, window)
      next.start(startAtMs)
      ends.push(this.#watch(next, startAtMs + toMs + plan.gracefulStopMs))
    }
    return Promise.all(ends)
  }

  /** Ends a generator that stays past its time. */
  async #watch(generator: GeneratorProcess, dueMs: number): Promise<GeneratorEnd> {
    const gone = new AbortController()
    void generator.ended.then(() => gone.abort())
    await this.#clock.sleepUntil(dueMs + BLOCKED_AFTER_MS, gone.signal)
    if (!generator.isSilent) await this.#clock.sleepUntil(dueMs + HUNG_AFTER_MS, gone.signal)
    if (!gone.signal.aborted) generator.kill('hung past its deadline and was ended')
    return generator.ended
  }
}

/** Rejects when the generator fails. */
async function failureOf({ failed, invocation }: GeneratorProcess): Promise<never> {
  const { code, message, mistakes } = await failed
  throw new VolleyError(code, `generator ${invocation.slice} failed before the start: ${message}`, mistakes)
}
