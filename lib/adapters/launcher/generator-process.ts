import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { GENERATOR_FLAGS } from '../../../functions/generator/flags.ts'
import type { GeneratorEnd } from '../../core/observed.ts'
import type { Invocation } from '../../ports.ts'
import { answerSchema, type GeneratorPrinted, type Order, UNHEARD } from './local-message.ts'

/** What a generator on this machine runs. */
export const GENERATOR_ENTRY = fileURLToPath(
  new URL('../../../functions/generator/process.ts', import.meta.url),
)
/** Of what a failing process says on standard error, the part worth quoting. */
const QUOTED_CHARACTERS = 400

/** One invocation of a generator as a process of this machine. */
export class GeneratorProcess {
  readonly invocation: Invocation
  printed: GeneratorPrinted = UNHEARD
  /** Resolves when it is up, or has ended without getting there. */
  readonly ready: Promise<void>
  /** Resolves when the process is gone, however it went. */
  readonly ended: Promise<GeneratorEnd>
  readonly #child: ChildProcess
  #isUp = true

  constructor(directory: string, run: string, invocation: Invocation) {
    this.invocation = invocation
    // Its own process group keeps the terminal's Ctrl-C from it: the coordinator stops it through the store.
    this.#child = fork(GENERATOR_ENTRY, {
      execArgv: [...process.execArgv, ...GENERATOR_FLAGS],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
    })
    const { promise: ready, resolve: isReady } = Promise.withResolvers<void>()
    const { promise: ended, resolve: hasEnded } = Promise.withResolvers<GeneratorEnd>()
    this.ready = ready
    this.ended = ended
    let said = ''
    let end: Pick<GeneratorEnd, 'ending' | 'error'> | undefined
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-QUOTED_CHARACTERS)
    })
    this.#child.on('message', (message) => {
      const answer = answerSchema.parse(message)
      if (answer.type === 'line') this.printed.onLine(invocation, answer)
      else if (answer.type === 'left-out') this.printed.onLeftOut(invocation, answer.lines)
      else if (answer.type === 'ready') isReady()
      else end = answer.type === 'ended' ? { ending: answer.ending } : { error: answer.error }
    })
    this.#child.on('error', (error) => {
      end ??= { error: error.message }
    })
    this.#child.on('close', (code, signal) => {
      this.#isUp = false
      isReady()
      hasEnded({ ...invocation, ...(end ?? { error: causeOfDeath(code, signal, said) }) })
    })
    this.#tell({ type: 'prepare', directory, run, invocation })
  }

  get isUp(): boolean {
    return this.#isUp
  }

  start(startAtMs: number): void {
    this.#tell({ type: 'start', startAtMs })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #tell(order: Order): void {
    // A process that is gone cannot be told anything; `ended` says so.
    if (this.#child.connected) this.#child.send(order, () => undefined)
  }
}

function causeOfDeath(code: number | null, signal: NodeJS.Signals | null, said: string): string {
  if (signal) return `was killed by ${signal}`
  return `exited with code ${code}${said ? `: ${said.trim()}` : ''}`
}
