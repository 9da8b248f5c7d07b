import { readFileSync } from 'node:fs'
import { cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

export interface Machine {
  cpu: string
  cores: number
  memoryGiB: number
  system: string
  node: string
  volley: string
}

export function describeMachine(): Machine {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    volley: version,
  }
}

/** Ticks of one core since the machine is up: all, and those it was busy. `undefined` where the system doesn't tell. */
export function ticksOf(core: number): { all: number; busy: number } | undefined {
  let line: string | undefined
  try {
    line = readFileSync('/proc/stat', 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`cpu${core} `))
  } catch {
    return undefined
  }
  const ticks = line?.split(/\s+/).slice(1, 9).map(Number)
  if (!ticks) return undefined
  const all = ticks.reduce((sum, one) => sum + one, 0)
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0)
  return { all, busy: all - idle }
}

/** The share of a core that was busy between two readings. */
export function busyShare(
  before: ReturnType<typeof ticksOf>,
  after: ReturnType<typeof ticksOf>,
): number | undefined {
  if (!before || !after || after.all === before.all) return undefined
  return (after.busy - before.busy) / (after.all - before.all)
}
