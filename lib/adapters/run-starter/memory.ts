import type { RunRequest } from '../../core/run/run-request.ts'
import type { Execution, RunStarter } from '../../ports.ts'

/** Executions that only stand in a list, for tests and for embedding: their states are set from outside. */
export class MemoryRunStarter implements RunStarter {
  readonly started: { run: string; request: RunRequest }[] = []
  readonly #executions = new Map<string, Execution>()

  async start(run: string, request: RunRequest): Promise<void> {
    if (this.#executions.has(run)) return
    this.#executions.set(run, { state: 'running' })
    this.started.push({ run, request })
  }

  async describe(run: string): Promise<Execution | undefined> {
    return this.#executions.get(run)
  }

  /** Sets how an execution stands. */
  set(run: string, execution: Execution): void {
    this.#executions.set(run, execution)
  }
}
