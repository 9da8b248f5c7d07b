import { describe, expect, it } from 'vitest'
import type { RunArchive } from '../../lib/ports.ts'
import { planOf } from '../fixtures/synthetic-run.ts'
import { codepalRun } from '../fixtures/verdict.ts'

export interface KeptRun {
  run: string
  scenario: string
  profile: string
  atMs: number
  /** By name. */
  files: Record<string, string>
}

/** What every archive of runs does. `open` makes one that keeps these runs. */
export function runArchiveContract(
  name: string,
  open: (runs: readonly KeptRun[]) => Promise<RunArchive>,
): void {
  const kept = (run: string, scenario: string, profile: string, atMs: number): KeptRun => ({
    ...{ run, scenario, profile, atMs },
    files: {
      'plan.json': JSON.stringify({ ...planOf({ run, profile }), scenario: { name: scenario, module: 'x' } }),
    },
  })
  const RUNS = [
    kept('b', 'shop', 'light', 2_000),
    kept('a', 'shop', 'light', 2_000),
    kept('c', 'shop', 'spike', 3_000),
    kept('d', 'shop-2', 'light', 1_000),
  ]

  describe(`an archive of runs: ${name}`, () => {
    it('lists the newest first, those of one moment by name, and no more than asked for', async () => {
      const archive = await open(RUNS)
      expect(await archive.list({ limit: 3 })).toMatchObject([
        { run: 'c', scenario: 'shop', profile: 'spike', atMs: 3_000 },
        { run: 'a', scenario: 'shop', profile: 'light', atMs: 2_000 },
        { run: 'b', scenario: 'shop', profile: 'light', atMs: 2_000 },
      ])
    })

    it.each([
      [{ scenario: 'shop' }, ['c', 'a', 'b']],
      [{ scenario: 'shop', profile: 'light' }, ['a', 'b']],
      [{ profile: 'light' }, ['a', 'b', 'd']],
      [{ before: 2_000 }, ['d']],
      [{ scenario: 'shop', before: 3_000 }, ['a', 'b']],
      [{ scenario: 'sho' }, []],
      [{ scenario: 'shop/light' }, []],
    ])('lists those that a filter asks for: %j', async (filter, expected) => {
      const runs = await (await open(RUNS)).list({ ...filter, limit: 10 })
      expect(runs.map(({ run }) => run)).toEqual(expected)
    })

    it('is empty where there is no run', async () => {
      const archive = await open([])
      expect(await archive.list({ limit: 10 })).toEqual([])
      expect(await archive.open('a')).toBeUndefined()
    })

    it('opens what a run has left, and leaves out what is absent or damaged', async () => {
      const { summary, verdict } = codepalRun('fail')
      const files = { 'summary.json': JSON.stringify(summary), 'verdict.json': '{' }
      const [first, second] = [kept('whole', 'shop', 'light', 1), kept('begun', 'shop', 'light', 2)]
      const archive = await open([{ ...first, files: { ...first.files, ...files } }, second])
      expect(await archive.open('whole')).toEqual({
        plan: JSON.parse(first.files['plan.json'] ?? ''),
        summary,
      })
      expect(Object.keys((await archive.open('begun')) ?? {})).toEqual(['plan'])
      const judged = { ...first, files: { ...first.files, 'verdict.json': JSON.stringify(verdict) } }
      expect((await (await open([judged])).open('whole'))?.verdict).toEqual(verdict)
    })
  })
}
