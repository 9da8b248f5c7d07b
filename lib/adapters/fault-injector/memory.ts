import type { Clock, Fault, FaultInjector } from '../../ports.ts'

/** Experiments that only stand in a list, for tests and for embedding. One of a known template ends when its time is over. */
export class MemoryFaultInjector implements FaultInjector {
  readonly #clock: Pick<Clock, 'now'>
  readonly #lastsMs: Readonly<Record<string, number>>
  readonly #idByToken = new Map<string, string>()
  readonly #faults = new Map<string, Fault & { untilMs: number }>()

  /** `lastsMs`: how long an experiment of each known template lasts. */
  constructor(clock: Pick<Clock, 'now'>, lastsMs: Readonly<Record<string, number>>) {
    this.#clock = clock
    this.#lastsMs = lastsMs
  }

  async start(template: string, token: string): Promise<{ id: string } | { refused: string }> {
    const known = this.#idByToken.get(token)
    if (known !== undefined) return { id: known }
    const lastsMs = this.#lastsMs[template]
    if (lastsMs === undefined) return { refused: `there is no template ${template}` }
    const id = `EXP${this.#faults.size + 1}`
    const startedAtMs = this.#clock.now()
    this.#idByToken.set(token, id)
    this.#faults.set(id, { state: 'running', startedAtMs, untilMs: startedAtMs + lastsMs })
    return { id }
  }

  async stop(id: string): Promise<void> {
    const { state } = await this.state(id)
    if (state === 'running') this.set(id, { state: 'stopped', endedAtMs: this.#clock.now() })
  }

  async state(id: string): Promise<Fault> {
    const fault = this.#faults.get(id)
    if (!fault) throw new RangeError(`there is no experiment ${id}`)
    if (fault.state === 'running' && this.#clock.now() >= fault.untilMs)
      this.set(id, { state: 'completed', endedAtMs: fault.untilMs })
    const { untilMs: _, ...known } = this.#faults.get(id) as Fault & { untilMs: number }
    return known
  }

  /** Sets how an experiment stands. */
  set(id: string, changes: Partial<Fault>): void {
    this.#faults.set(id, { ...(this.#faults.get(id) as Fault & { untilMs: number }), ...changes })
  }

  /** Experiments that were ever started, by their ids. */
  get ids(): string[] {
    return [...this.#faults.keys()]
  }
}
