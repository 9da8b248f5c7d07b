import type { ChildProcess } from 'node:child_process'
import { type Load, startGenerator } from './generator.ts'
import type { Found } from './peers/peer.ts'
import { measureRate, type Turn } from './rate.ts'
import { figure, median } from './section.ts'
import type { Target } from './target/target.ts'
import type { Workbench } from './workbench.ts'

export const ROUNDS = 3

export interface Times {
  warmMs: number
  forMs: number
}

/** A client that can have a turn at a target. */
export interface Contestant {
  name: string
  turn(): Promise<Turn>
}

/** What clients reached that took turns. */
export class Contest {
  readonly #turns = new Map<string, Turn[]>()

  /** Everybody in each round, so that what happens to the machine meanwhile happens to all. */
  async play(contestants: readonly Contestant[], onRound: (round: number) => void): Promise<void> {
    for (let round = 1; round <= ROUNDS; round++) {
      onRound(round)
      for (const { name, turn } of contestants) this.#turns.set(name, [...this.turnsOf(name), await turn()])
    }
  }

  turnsOf(name: string): Turn[] {
    return this.#turns.get(name) ?? []
  }

  perSecond(name: string): number {
    return median(this.turnsOf(name).map(({ perSecond }) => perSecond))
  }

  /** How busy the cores of client and target were. */
  shares(name: string): [client: string, target: string] {
    const share = (whose: 'clientShare' | 'targetShare'): string =>
      `${figure(median(this.turnsOf(name).map((turn) => (turn[whose] ?? Number.NaN) * 100)))} %`
    return [share('clientShare'), share('targetShare')]
  }

  /** Everybody beside one of them, as rows of a table and as the numbers behind those. */
  beside(yardstick: string): { rows: string[][]; raw: object[] } {
    const raw = [...this.#turns].map(([name, turns]) => {
      const perSecond = this.perSecond(name)
      return { name, turns, perSecond, toYardstick: perSecond / this.perSecond(yardstick) }
    })
    const rows = raw.map(({ name, perSecond, toYardstick }) => [
      name,
      figure(perSecond),
      toYardstick.toFixed(3),
      ...this.shares(name),
    ])
    return { rows, raw }
  }
}

/** Another load generator as a contestant; nobody where it is not here. */
export function peerOf(
  workbench: Workbench,
  found: Found,
  target: Target,
  times: Times,
  name = found.name,
): Contestant[] {
  if (!('start' in found)) return []
  const start = (): ChildProcess => found.start(workbench, target.url)
  return [{ name, turn: () => turnOfProcess(workbench, start, target, times) }]
}

/** The turn of a process that makes its load until it is ended. */
export async function turnOfProcess(
  { children }: Workbench,
  start: () => ChildProcess,
  target: Target,
  { warmMs, forMs }: Times,
): Promise<Turn> {
  const child = start()
  try {
    const turn = await measureRate(target, warmMs, forMs)
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} ended by itself`)
    return turn
  } finally {
    await children.end(child)
  }
}

/** The turn of a generator, none of whose requests may fail. */
export async function turnOfGenerator(
  workbench: Workbench,
  load: Omit<Load, 'targetUrl'>,
  target: Target,
  { warmMs, forMs }: Times,
): Promise<Turn> {
  const generator = await startGenerator(workbench, { ...load, targetUrl: target.url })
  const turn = await measureRate(target, warmMs, forMs)
  const { summary } = await generator.stop()
  const failed = summary.errors.filter(({ error }) => error !== 'interrupted')
  if (failed.length > 0) throw new Error(`${load.profile} failed: ${JSON.stringify(failed)}`)
  return turn
}
