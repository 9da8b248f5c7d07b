import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** The longest any process of a bench lives, should nobody be left to end it. */
const MAX_SECONDS = 900

const isHere = (command: string): boolean => spawnSync(command, ['--version']).error === undefined
const hasTimeout = isHere('timeout')

/** Why processes are not bound to cores, if they are not. */
export const unpinned: string | undefined = whyUnpinned()

function whyUnpinned(): string | undefined {
  const effect = 'clients and target take whatever core the system gives them'
  if (!isHere('taskset')) return `taskset is not here: ${effect}`
  return availableParallelism() < 2 ? `there is one core only: ${effect}` : undefined
}

/** Processes of a bench: each bound to a core, in a process group of its own, and ended with the bench. */
export class Children {
  readonly #alive = new Set<ChildProcess>()

  spawn(
    core: number,
    command: string,
    args: readonly string[],
    options: SpawnOptions = { stdio: 'ignore' },
  ): ChildProcess {
    const [first, ...rest] = [
      ...(unpinned === undefined ? ['taskset', '-c', String(core)] : []),
      ...(hasTimeout ? ['timeout', '-k', '2', String(MAX_SECONDS)] : []),
      command,
      ...args,
    ] as [string, ...string[]]
    const child = spawn(first, rest, { ...options, detached: true })
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
