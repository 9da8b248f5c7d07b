import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import type { ModelTarget } from '../../lib/target/model.ts'
import { spawnModelTarget } from '../../lib/target/spawn.ts'
import { freshDirectory, type Outcome, readSummary, readVerdict, rowOf, volley } from './volley.ts'

const MODEL = pathToFileURL('scenarios/codepal/target.ts').href
let target: ModelTarget
let directory: string

beforeAll(async () => {
  target = await spawnModelTarget(MODEL, { port: 0, condition: 'healthy', seed: 1 })
  directory = await freshDirectory()
})

afterAll(() => target.close())

/** Runs a scenario made of a flow and more fields, for as long as its executor says. */
async function runFlow(
  name: string,
  flow: string,
  executor: string,
  more = '',
): Promise<Outcome & { out: string }> {
  const file = join(directory, `${name}.ts`)
  await writeFile(
    file,
    `import { defineScenario, csv } from 'volley'
export default defineScenario({
  name: '${name}',
  target: { url: '${target.url}' },
  flows: { only: { run: async (vu) => { ${flow} } } },
  profiles: { light: { executors: [${executor}] } },
  ${more}
})
`,
  )
  const out = join(directory, name)
  return { ...(await volley('run', file, '--out', out, '--generators', '2', '--seed', '1')), out }
}

describe('a flow that throws on every iteration', () => {
  it('fails the run on a row that every run has', async () => {
    const { code, out } = await runFlow(
      'throwing',
      "await vu.get('/'); throw new TypeError('always')",
      "{ executor: 'per-vu-iterations', users: 4, iterations: 5, maxDuration: '10s' }",
    )
    expect(code).toBe(EXIT.fail)
    const verdict = await readVerdict(out)
    expect(verdict.iterations).toEqual({ count: 20, started: 20, failed: 20, dropped: 0 })
    expect(rowOf(verdict, 'Iterations that failed')).toMatchObject({ state: 'fail', value: 1 })
    const { errors } = await readSummary(out)
    expect(errors).toEqual([{ where: 'iteration', error: 'type_error', count: 20 }])
  })

  it('ends on time even when it waits for nothing', async () => {
    const { code, out } = await runFlow(
      'spinning',
      "throw new Error('at once')",
      "{ executor: 'constant-vus', users: 2, duration: '2s' }",
    )
    expect(code).toBe(EXIT.inconclusive)
    expect((await readVerdict(out)).reasons).toContain('no requests were made')
  })
})

describe('a flow that never ends', () => {
  it('is interrupted when its graceful stop is over, and counted as that', async () => {
    const { out } = await runFlow(
      'endless',
      "await vu.get('/'); await new Promise(() => undefined)",
      "{ executor: 'constant-vus', users: 2, duration: '1s', gracefulStop: '1s' }",
    )
    const { metrics } = await readSummary(out)
    expect(metrics.http_reqs?.values).toMatchObject({ count: 2 })
    expect(metrics.iterations).toBeUndefined()
  })
})

describe('iterations that are counted', () => {
  it('are shared among the users of all generators, exactly', async () => {
    const { code, out } = await runFlow(
      'shared',
      "await vu.get('/')",
      "{ executor: 'shared-iterations', users: 5, iterations: 101, maxDuration: '30s' }",
    )
    expect(code).toBe(EXIT.ok)
    const verdict = await readVerdict(out)
    expect(verdict.iterations.count).toBe(101)
    expect(verdict.coverage).toMatchObject({ time: 1, arrivals: 1 })
  })
})

describe('arrivals that find no user free', () => {
  it('are dropped, counted, and make the verdict inconclusive', async () => {
    const { code, out } = await runFlow(
      'crowded',
      "await vu.get('/'); await vu.think('10s')",
      "{ executor: 'constant-arrival-rate', rate: 10, duration: '2s', maxUsers: 4, gracefulStop: '0s' }",
    )
    expect(code).toBe(EXIT.inconclusive)
    const verdict = await readVerdict(out)
    expect(verdict.iterations.dropped).toBe(16)
    expect(verdict.coverage.arrivals).toBe(0.2)
    expect(verdict.reasons.join('\n')).toContain('raise maxUsers')
  })
})

describe('what a scenario brings along', () => {
  it('runs setup once, hands its result to all generators, and tears down after them', async () => {
    const more = `
  setup: async (vu) => ({ token: (await vu.post('/auth/login', { json: { username: 'a', password: 'b' } })).json().token }),
  teardown: async (vu) => void (await vu.get('/agents/metrics', { headers: { authorization: 'Bearer ' + vu.setup.token } })),
  metrics: { seen: { kind: 'counter' } },`
    const { code, out, stderr } = await runFlow(
      'prepared',
      "const answer = await vu.get('/agents/metrics', { headers: { authorization: 'Bearer ' + vu.setup.token } }); vu.metrics.seen.add(answer.ok ? 1 : 0)",
      "{ executor: 'per-vu-iterations', users: 4, iterations: 1, maxDuration: '10s' }",
      more,
    )
    expect(code, stderr).toBe(EXIT.ok)
    const { metrics } = await readSummary(out)
    expect(metrics.seen?.values).toMatchObject({ count: 4 })
    // Setup and teardown are no part of the load.
    expect(metrics.http_reqs?.values).toMatchObject({ count: 4 })
  })

  it('gives each user its own row of a unique file, whatever generator it lives in', async () => {
    await writeFile(join(directory, 'names.csv'), 'name\nada\nbob\ncyd\ndan\n')
    const { code, out } = await runFlow(
      'feeding',
      "vu.check(vu.data.names().name, true); await vu.get('/')",
      "{ executor: 'per-vu-iterations', users: 4, iterations: 3, maxDuration: '10s' }",
      "data: { names: csv('./names.csv', { access: 'unique' }) },",
    )
    expect(code).toBe(EXIT.ok)
    const { checks } = await readSummary(out)
    expect(checks.map(({ name, trues }) => [name, trues]).sort()).toEqual([
      ['ada', 3],
      ['bob', 3],
      ['cyd', 3],
      ['dan', 3],
    ])
  })
})

describe('a run cut into windows', () => {
  it('makes every arrival once across the handovers', async () => {
    const file = join(directory, 'relayed.ts')
    await writeFile(
      file,
      `import { defineScenario } from 'volley'
export default defineScenario({
  name: 'relayed',
  target: { url: '${target.url}' },
  flows: { only: { run: async (vu) => void (await vu.get('/')) } },
  profiles: { light: { executors: [{ executor: 'constant-arrival-rate', rate: 20, duration: '12s' }] } },
})
`,
    )
    const out = join(directory, 'relayed')
    const flags = ['--out', out, '--generators', '2', '--seed', '1', '--window', '6s']
    expect((await volley('run', file, ...flags)).code).toBe(EXIT.ok)
    const verdict = await readVerdict(out)
    expect(verdict.iterations.count).toBe(240)
    expect(verdict.coverage).toMatchObject({ time: 1, arrivals: 1 })
  })
})

describe('a threshold with abortOnFail', () => {
  it('stops the run early and fails it', async () => {
    const { code, out } = await runFlow(
      'hopeless',
      "await vu.get('/nowhere'); await vu.think('100ms')",
      "{ executor: 'constant-vus', users: 4, duration: '30s' }",
      "thresholds: [{ metric: 'http_req_failed', limit: 'rate<0.5', abortOnFail: true }],",
    )
    expect(code).toBe(EXIT.fail)
    const verdict = await readVerdict(out)
    expect(verdict.reasons[0]).toMatch(/^the run was stopped by a threshold: http_req_failed/)
    expect(verdict.endedAt - verdict.startedAt).toBeLessThan(15_000)
  })
})
