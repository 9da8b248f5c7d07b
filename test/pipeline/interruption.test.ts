import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import { childrenOf, isAlive, until } from './processes.ts'
import { freshDirectory, readPlan, readSummary, readVerdict, startVolley } from './volley.ts'

interface Running {
  process: ReturnType<typeof startVolley>['process']
  outcome: ReturnType<typeof startVolley>['outcome']
  directory: string
  generators: number[]
  targets: number[]
}

/** A run with its generators at work: each has written a snapshot. */
async function running(...flags: string[]): Promise<Running> {
  const directory = join(await freshDirectory(), 'run')
  const load = ['--profile', 'steady', '--duration', '12s', '--generators', '2', '--seed', '7', ...flags]
  const { process, outcome } = startVolley('run', 'codepal', ...load, '--out', directory)
  await until(async () => (await snapshots(directory)).some((key) => key.startsWith('1-')), 30_000)
  const pid = process.pid as number
  return {
    process,
    outcome,
    directory,
    generators: childrenOf(pid, 'generator/process.ts'),
    targets: childrenOf(pid, 'target/process.ts'),
  }
}

const snapshots = (directory: string): Promise<string[]> =>
  readdir(join(directory, 'snapshots', '0')).catch(() => [])

describe('a generator that is killed in the middle of a run', () => {
  it('makes the verdict inconclusive, takes nothing back, and leaves the other one unharmed', async () => {
    const { outcome, directory, generators } = await running()
    expect(generators).toHaveLength(2)
    process.kill(generators[1] as number, 'SIGKILL')
    expect((await outcome).code).toBe(EXIT.inconclusive)
    const verdict = await readVerdict(directory)
    expect(verdict.state).toBe('inconclusive')
    expect(verdict.reasons.join('\n')).toContain('generator 1 failed: was killed by SIGKILL')
    expect(verdict.coverage.generators).toEqual({ planned: 2, seen: 2 })
    const { generators: parts } = await readSummary(directory)
    const { durationMs } = await readPlan(directory)
    const [whole, killed] = [parts.find(({ slice }) => slice === 0), parts.find(({ slice }) => slice === 1)]
    expect(whole).toMatchObject({ observedMs: durationMs, ending: 'complete' })
    expect(killed?.observedMs).toBeGreaterThanOrEqual(1_000)
    expect(killed?.observedMs).toBeLessThan(durationMs)
    expect(verdict.coverage.time).toBeCloseTo((durationMs + (killed?.observedMs ?? 0)) / (2 * durationMs), 6)
  })
})

describe('Ctrl-C', () => {
  it('stops all generators within two seconds, judges what there is, and leaves nothing running', async () => {
    const { process: cli, outcome, directory, generators, targets } = await running()
    cli.kill('SIGINT')
    await until(() => generators.every((pid) => !isAlive(pid)), 2_000)
    expect((await outcome).code).toBe(EXIT.stopped)
    const verdict = await readVerdict(directory)
    expect(verdict.state).toBe('inconclusive')
    expect(verdict.reasons[0]).toBe('the run was stopped by user: stopped by Ctrl-C')
    expect(verdict.requests.count).toBeGreaterThan(0)
    expect(await readdir(directory)).toEqual(
      expect.arrayContaining(['report.html', 'summary.md', 'junit.xml']),
    )
    expect(targets.filter(isAlive)).toEqual([])
  })

  it('leaves at once when it comes a second time, and still leaves nothing running', async () => {
    const { process: cli, outcome, generators, targets } = await running()
    // A generator that is frozen cannot notice: the first Ctrl-C would have to wait for it.
    process.kill(generators[0] as number, 'SIGSTOP')
    cli.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 500))
    cli.kill('SIGINT')
    expect((await outcome).code).toBe(EXIT.stopped)
    process.kill(generators[0] as number, 'SIGCONT')
    await until(() => [...generators, ...targets].every((pid) => !isAlive(pid)), 5_000)
  })

  it('ends a frozen generator without asking, and says so', async () => {
    const { process: cli, outcome, directory, generators } = await running()
    process.kill(generators[0] as number, 'SIGSTOP')
    cli.kill('SIGINT')
    expect((await outcome).code).toBe(EXIT.stopped)
    expect(generators.filter(isAlive)).toEqual([])
    expect((await readVerdict(directory)).reasons.join('\n')).toContain(
      'generator 0 failed: did not end at STOP and was killed; it had not responded for ',
    )
  })
})

describe('a coordinator that is killed', () => {
  it('takes its generators and its model target with it', async () => {
    const { process: cli, outcome, generators, targets } = await running()
    expect(targets).toHaveLength(1)
    cli.kill('SIGKILL')
    await outcome
    await until(() => [...generators, ...targets].every((pid) => !isAlive(pid)), 5_000)
  })
})
