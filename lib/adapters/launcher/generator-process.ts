import { type ChildProcess, fork } from 'node:child_process'
import { isErrorCode, VolleyError } from '../../core/base/errors.ts'
import type { GeneratorEnd } from '../../core/results/observed.ts'
import { GENERATOR_FLAGS } from '../../core/run/flags.ts'
import { secretsOfUrl } from '../../core/scenario/known-secrets.ts'
import { maskText } from '../../core/secrets/mask.ts'
import { ownModulePath } from '../../package/own-files.ts'
import type { Clock, Invocation } from '../../ports.ts'
import { type Answer, answerSchema, type GeneratorPrinted, type Order, UNHEARD } from './local-message.ts'

/** What a generator on this machine runs. */
export const GENERATOR_ENTRY = ownModulePath('functions/generator/process')
/** Of what a failing process says on standard error, the part worth searching, and the part worth quoting. */
const KEPT_CHARACTERS = 8_000
const QUOTED_CHARACTERS = 400
/** How long a process may stay after its last answer. */
const LEAVE_PATIENCE_MS = 1_000
/** A generator that was silent for longer than this takes no turns any more. */
const SILENT_MS = 1_500

interface ProcessOptions {
  directory: string
  run: string
  /** With its user name and password. */
  targetUrl: string
  invocation: Invocation
  clock: Clock
  /** Another program than the generator, for tests of what a generator should never do. */
  entry?: string
}

/** One invocation of a generator as a process of this machine. */
export class GeneratorProcess {
  readonly invocation: Invocation
  printed: GeneratorPrinted = UNHEARD
  /** Resolves when it is up, or can't get there any more. */
  readonly ready: Promise<void>
  /** Resolves when it fails, with the reason; a process that is gone without having ended has failed, too. */
  readonly failed: Promise<VolleyError>
  /** Resolves when the process is gone, however it went. What it said of its end counts for more than how it died. */
  readonly ended: Promise<GeneratorEnd>
  readonly #child: ChildProcess
  readonly #targetUrl: string
  readonly #clock: Clock
  readonly #isReady: () => void
  readonly #hasFailed: (failure: VolleyError) => void
  #heardAtMs: number
  #isUp = true
  #connected = 0
  #end: Pick<GeneratorEnd, 'ending' | 'error'> | undefined
  #killedBecause: string | undefined
  #stderr = ''

  constructor({ directory, run, targetUrl, invocation, clock, entry = GENERATOR_ENTRY }: ProcessOptions) {
    this.invocation = invocation
    this.#targetUrl = targetUrl
    this.#clock = clock
    this.#heardAtMs = clock.now()
    // Its own process group keeps the terminal's Ctrl-C from it: the coordinator stops it through the store.
    this.#child = fork(entry, {
      execArgv: [...process.execArgv, ...GENERATOR_FLAGS],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
    })
    const { promise: ready, resolve: isReady } = Promise.withResolvers<void>()
    const { promise: failed, resolve: hasFailed } = Promise.withResolvers<VolleyError>()
    const { promise: ended, resolve: hasEnded } = Promise.withResolvers<GeneratorEnd>()
    this.ready = ready
    this.failed = failed
    this.ended = ended
    this.#isReady = isReady
    this.#hasFailed = hasFailed
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-KEPT_CHARACTERS)
    })
    this.#child.on('message', (message) => this.#hear(answerSchema.parse(message)))
    this.#child.on('error', (error) => this.#fail(new VolleyError('GENERATOR_FAILED', error.message)))
    this.#child.on('close', (code, signal) => {
      this.#isUp = false
      if (!this.#end) this.#fail(new VolleyError('GENERATOR_FAILED', this.#causeOfDeath(code, signal)))
      isReady()
      hasEnded({ ...invocation, ...this.#end })
    })
    this.#tell({ type: 'prepare', directory, run, invocation, targetUrl })
  }

  /** Users whose connections it has opened ahead of the start. */
  get connected(): number {
    return this.#connected
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** It has said nothing for so long that its event loop must be blocked. */
  get isSilent(): boolean {
    return this.#silentMs > SILENT_MS
  }

  start(startAtMs: number): void {
    this.#tell({ type: 'start', startAtMs })
  }

  /** Ends the process without asking; `because` is what it is said to have failed of. */
  kill(because: string): void {
    this.#killedBecause ??= this.isSilent ? `${because}; ${this.#silence()}` : because
    this.#child.kill('SIGKILL')
  }

  get #silentMs(): number {
    return this.#clock.now() - this.#heardAtMs
  }

  #silence(): string {
    const seconds = Math.round(this.#silentMs / 1_000)
    return `it had not responded for ${seconds} s, as when a flow loops without waiting for anything, or computes for long`
  }

  #hear(answer: Answer): void {
    this.#heardAtMs = this.#clock.now()
    if (answer.type === 'line') this.printed.onLine(this.invocation, answer)
    else if (answer.type === 'left-out') this.printed.onLeftOut(this.invocation, answer.lines)
    else if (answer.type === 'alive') this.#connected = answer.connected
    else if (answer.type === 'ready') this.#isReady()
    else if (answer.type === 'ended') this.#end = { ending: answer.ending }
    else if (answer.type === 'failed') this.#fail(failureOf(answer))
    // It leaves by itself; where it can't, nothing is lost any more.
    if (this.#end) setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_PATIENCE_MS).unref()
  }

  #fail(failure: VolleyError): void {
    this.#end ??= { error: failure.message }
    this.#isReady()
    this.#hasFailed(failure)
  }

  #tell(order: Order): void {
    // A process that is gone can't be told anything; `ended` says so.
    if (this.#child.connected) this.#child.send(order, () => undefined)
  }

  #causeOfDeath(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#killedBecause !== undefined) return this.#killedBecause
    if (this.#stderr.includes('heap out of memory'))
      return 'ran out of memory: give it fewer users (more --generators), or keep less in flows'
    const said = maskText(this.#stderr.trim(), secretsOfUrl(this.#targetUrl)).slice(-QUOTED_CHARACTERS)
    if (signal) return `was killed by ${signal}`
    return `exited with code ${code}${said === '' ? '' : `: ${said}`}`
  }
}

/** With the generator's own code where it has one: what the user can correct is as wrong here as there. */
function failureOf({ error, code, mistakes = [] }: Extract<Answer, { type: 'failed' }>): VolleyError {
  return new VolleyError(code !== undefined && isErrorCode(code) ? code : 'GENERATOR_FAILED', error, mistakes)
}
