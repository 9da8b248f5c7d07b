import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { FileSystemStore } from '../../../../lib/adapters/snapshot-store/file-system.ts'
import { reportCommand } from '../../../../lib/cli/report-command.ts'
import { EXIT } from '../../../../lib/core/base/errors.ts'
import { encodeSnapshot } from '../../../../lib/core/results/snapshot.ts'
import { type Verdict, verdictSchema } from '../../../../lib/core/results/verdict.ts'
import { planOf, START_AT_MS, snapshotOf } from '../../../fixtures/synthetic-run.ts'

const plan = planOf({ slices: 1 })
const terminal = { out: () => undefined, err: () => undefined, color: false, width: 100, live: false }

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'volley-report-'))
  await write('plan.json', plan)
  const store = new FileSystemStore(directory, `runs/${plan.run}/`)
  for (const seq of [0, 1]) {
    const samples = [
      { metric: 'http_reqs', sum: 5 },
      { metric: 'http_req_duration', values: [1, 2, 3, 4, 5] },
    ]
    const { snapshot, key } = snapshotOf(plan, { seq, samples })
    await store.put(key, await encodeSnapshot(snapshot))
  }
})

const write = (file: string, content: unknown): Promise<void> =>
  writeFile(join(directory, file), typeof content === 'string' ? content : JSON.stringify(content))

async function report(): Promise<{ code: number; verdict: Verdict }> {
  const code = await reportCommand(directory, {}, terminal as unknown as Parameters<typeof reportCommand>[2])
  const verdict = verdictSchema.parse(JSON.parse(await readFile(join(directory, 'verdict.json'), 'utf8')))
  return { code, verdict }
}

describe('a run whose own command ended early', () => {
  it('is judged by its snapshots, from its start, and can only be inconclusive', async () => {
    await write('start.json', { startAtMs: START_AT_MS, deadlineAtMs: START_AT_MS + 70_000 })
    const { code, verdict } = await report()
    expect(code).toBe(EXIT.inconclusive)
    expect(verdict).toMatchObject({
      state: 'inconclusive',
      startedAt: START_AT_MS,
      endedAt: START_AT_MS + 20_000,
      requests: { count: 10 },
    })
    expect(verdict.reasons[0]).toBe(
      'the command that made this run ended before it did (there is no observed.json), or the run is still going on',
    )
  })

  it('is inconclusive even where every snapshot of the plan is there', async () => {
    const whole = planOf({ slices: 1, durationMs: 20_000, gracefulStopMs: 0, stages: [] })
    await write('plan.json', whole)
    await write('start.json', { startAtMs: START_AT_MS, deadlineAtMs: START_AT_MS })
    const { verdict } = await report()
    expect(verdict.coverage.time).toBe(1)
    expect(verdict.state).toBe('inconclusive')
  })

  it('is taken to have started when its plan was written, where nothing says when', async () => {
    const { verdict } = await report()
    expect(Math.abs(verdict.startedAt - Date.now())).toBeLessThan(60_000)
    expect(verdict.endedAt - verdict.startedAt).toBe(20_000)
  })

  it.each(['{ "startAtMs": 1', '{}', ''])('has damaged observations, which is said: %s', async (text) => {
    await write('observed.json', text)
    const { code, verdict } = await report()
    expect(code).toBe(EXIT.inconclusive)
    expect(verdict.reasons[0]).toMatch(/^observed\.json cannot be read: /)
  })

  it('needs no more than its plan', async () => {
    await write('plan.json', { ...plan, run: 'another' })
    const { code, verdict } = await report()
    expect([code, verdict.requests.count]).toEqual([EXIT.inconclusive, 0])
  })

  it.each([
    ['{ "schema": ', /plan\.json is not what this version writes$/],
    [undefined, /has no plan\.json$/],
  ])('cannot be judged without a plan that is whole: %s', async (text, message) => {
    if (text === undefined) directory = await mkdtemp(join(tmpdir(), 'volley-report-'))
    else await write('plan.json', text)
    await expect(report()).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: expect.stringMatching(message),
    })
  })
})
