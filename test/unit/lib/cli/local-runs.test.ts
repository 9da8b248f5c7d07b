import { mkdir, mkdtemp, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { runsCommand } from '../../../../lib/cli/cloud/runs-command.ts'
import { localRuns } from '../../../../lib/cli/local-runs.ts'
import { EXIT } from '../../../../lib/core/base/errors.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'volley-runs-'))
})

async function write(file: string, content: unknown): Promise<void> {
  const path = join(folder, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
}

const planOf = (run: string) => ({ run, profile: 'light', scenario: { name: 'shop', module: 'x' }, more: 1 })
const outcome = {
  state: 'fail',
  reasons: ['p95: broken', 'and more'],
  startedAt: 2_000,
  requests: { count: 40, failed: 3, perSecond: 4 },
  latencyMs: { p50: 1, p95: 250, p99: 3, max: 4 },
}

async function said(flags: object): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = []
  const err: string[] = []
  const terminal = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) }
  const code = await runsCommand(
    { dir: folder, ...flags },
    terminal as unknown as Parameters<typeof runsCommand>[1],
  )
  return { code, out: out.join('\n'), err: err.join('\n') }
}

describe('the runs of this machine', () => {
  it('are told by their files, the newest first', async () => {
    await write('a/plan.json', planOf('a'))
    await write('a/metrics-summary.json', outcome)
    await write('b/plan.json', planOf('b'))
    await write('b/metrics-summary.json', {
      ...outcome,
      state: 'pass',
      startedAt: 3_000,
      latencyMs: undefined,
    })
    expect(await localRuns(folder, 20)).toEqual([
      {
        ...{ run: 'b', directory: join(folder, 'b'), scenario: 'shop', profile: 'light', startedAtMs: 3_000 },
        ...{ state: 'pass', requests: 40, failedRequests: 3 },
      },
      {
        ...{ run: 'a', directory: join(folder, 'a'), scenario: 'shop', profile: 'light', startedAtMs: 2_000 },
        ...{ state: 'fail', reason: 'p95: broken', requests: 40, failedRequests: 3, p95Ms: 250 },
      },
    ])
    expect(await localRuns(folder, 1)).toMatchObject([{ run: 'b' }])
  })

  it('are unfinished without a verdict, damaged without a plan that can be read, and nothing else is a run', async () => {
    await write('cut/plan.json', planOf('cut'))
    await write('broken/plan.json', '{ "run": ')
    await write('broken/metrics-summary.json', outcome)
    await write('half/plan.json', planOf('half'))
    await write('half/metrics-summary.json', '{')
    await write('notes/todo.txt', 'x')
    await write('plan.json', planOf('no'))
    for (const [i, name] of ['cut', 'broken', 'half'].entries())
      await utimes(join(folder, name, 'plan.json'), 10 + i, 10 + i)
    const runs = await localRuns(folder, 20)
    expect(runs.map(({ run, state, startedAtMs }) => [run, state, startedAtMs])).toEqual([
      ['half', 'unfinished', 12_000],
      ['broken', 'damaged', 11_000],
      ['cut', 'unfinished', 10_000],
    ])
  })
})

describe('volley runs', () => {
  it('lists them in columns', async () => {
    await write('a/plan.json', planOf('a'))
    await write('a/metrics-summary.json', outcome)
    const { code, out } = await said({})
    expect(code).toBe(EXIT.ok)
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['run', 'started', 'scenario', 'profile', 'requests', 'p95', 'state'],
      ['a', '1970-01-01 00:00:02Z', 'shop', 'light', '40', '250 ms', 'fail: p95: broken'],
    ])
  })

  it('prints them as JSON', async () => {
    await write('a/plan.json', planOf('a'))
    expect(JSON.parse((await said({ json: true })).out)).toMatchObject([{ run: 'a', state: 'unfinished' }])
  })

  it('says what to do where there is none', async () => {
    const { code, out, err } = await said({ dir: join(folder, 'nowhere') })
    expect([code, out]).toEqual([EXIT.ok, ''])
    expect(err).toContain('volley run makes one')
  })

  it.each(['0', 'many', '1.5', '5000'])('refuses a limit of %s', async (limit) => {
    await expect(said({ limit })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      mistakes: [{ field: '--limit' }],
    })
  })
})
