import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'

/** The longest any process of a bench lives, should nobody be left to end it. */
const MOST_SECONDS = 900

const hasTaskset = spawnSync('taskset', ['-V']).error === undefined

/** Whether processes can be bound to a core; if not, `reason` says why. */
export const pinning: { works: boolean; reason?: string } = hasTaskset
  ? { works: true }
  : { works: false, reason: 'taskset is not here: processes run on whatever core the system gives them' }

/** Processes of a bench: each bound to a core, in a process group of its own, and ended with the bench. */
export class Children {
  readonly #alive = new Set<ChildProcess>()

  spawn(
    core: number,
    command: string,
    args: readonly string[],
    options: SpawnOptions = { stdio: 'ignore' },
  ): ChildProcess {
    const bounded = ['-k', '2', String(MOST_SECONDS), command, ...args]
    const [first, ...rest] = pinning.works
      ? ['taskset', '-c', String(core), 'timeout', ...bounded]
      : ['timeout', ...bounded]
    const child = spawn(first as string, rest, { ...options, detached: true })
    this.#alive.add(child)
    child.on('close', () => this.#alive.delete(child))
    // What could not be started closes at once, and its output is missing.
    child.on('error', () => this.#alive.delete(child))
    return child
  }

  async end(child: ChildProcess): Promise<void> {
    if (!this.#alive.has(child)) return
    const closed = new Promise((resolve) => child.once('close', resolve))
    end(child)
    await closed
  }

  /** Ends all of them at once; returns without waiting. */
  endAll(): void {
    for (const child of this.#alive) end(child)
  }
}

/** `timeout` hands the signal on, waits for the process, and kills it where it does not end within two seconds. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGTERM')
  } catch {
    // It has ended by itself.
  }
}

/** All a process writes to its standard output, and the code it ends with. */
export function outputOf(child: ChildProcess): Promise<{ code: number | null; text: string }> {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })))
}
