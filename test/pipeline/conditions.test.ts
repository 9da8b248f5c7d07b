import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import type { Verdict } from '../../lib/core/results/verdict.ts'
import { freshDirectory, readVerdict, rowOf, volley } from './volley.ts'

const ANY_MACHINE = fileURLToPath(new URL('../fixtures/codepal-any-machine.ts', import.meta.url))

/** Sixty users are enough that rare things happen, and that the exhausted platform is. */
async function judged(
  scenario: string,
  condition: string,
  users = 60,
): Promise<{ code: number | null; verdict: Verdict }> {
  const directory = join(await freshDirectory(), 'run')
  const load = ['--profile', 'smoke', '--users', String(users), '--seed', '11']
  const { code } = await volley(
    'run',
    scenario,
    ...load,
    '--condition',
    condition,
    '--out',
    directory,
    '--quiet',
  )
  return { code, verdict: await readVerdict(directory) }
}

const failing = ({ thresholds }: Verdict): string[] =>
  thresholds.filter(({ state }) => state === 'fail').map(({ title }) => title)

describe('the verdict on CodePal', () => {
  it('passes a healthy platform, with a value in every row that anything happened for', async () => {
    // Fewer users: sixty at once would find too few tasks, and CodePal is right to warn of that.
    const { code, verdict } = await judged(ANY_MACHINE, 'healthy', 25)
    expect(verdict.state, verdict.reasons.join('\n')).toBe('pass')
    expect(code).toBe(EXIT.ok)
    const silent = verdict.thresholds.filter(({ value }) => value === null).map(({ title }) => title)
    expect(silent.filter((title) => title !== 'Retry accuracy')).toEqual([])
    expect(verdict.coverage).toMatchObject({ generators: { planned: 2, seen: 2 }, time: 1, arrivals: 1 })
  })

  it('fails a slow platform on its latencies and on nothing it still does', async () => {
    const { code, verdict } = await judged('codepal', 'slow')
    expect(code).toBe(EXIT.fail)
    expect(failing(verdict)).toEqual(expect.arrayContaining(['p95 API response time']))
    expect(rowOf(verdict, 'Requests not served').state).toBe('pass')
    expect(rowOf(verdict, 'Agent handoff failure rate').state).toBe('pass')
  })

  it('fails a platform whose agents drop handoffs on that row', async () => {
    const { code, verdict } = await judged(ANY_MACHINE, 'failing')
    expect(code).toBe(EXIT.fail)
    expect(failing(verdict)).toEqual(
      expect.arrayContaining(['Agent handoff failure rate', 'Requests not served']),
    )
    expect(rowOf(verdict, 'p95 API response time').state).toBe('pass')
  })

  it('fails an exhausted platform for the requests it sheds', async () => {
    const { code, verdict } = await judged('codepal', 'exhausted')
    expect(code).toBe(EXIT.fail)
    expect(failing(verdict)).toEqual(expect.arrayContaining(['Requests not served']))
  })

  it('finds nothing conclusive where the platform hides its metrics, and says which rows lack data', async () => {
    const { code, verdict } = await judged(ANY_MACHINE, 'silent')
    expect(code).toBe(EXIT.inconclusive)
    expect(verdict.state).toBe('inconclusive')
    expect(rowOf(verdict, 'ECS CPU utilisation')).toMatchObject({ state: 'no-data', value: null })
    expect(rowOf(verdict, 'ECS CPU utilisation').reason).toMatch(/^no data: .*503/)
    expect(rowOf(verdict, 'p95 API response time').state).toBe('pass')
  })
})
