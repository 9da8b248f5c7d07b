import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import { snapshotPrefix } from '../../lib/core/results/snapshot.ts'
import { csv } from '../../lib/core/scenario/feeder.ts'
import { defineScenario, type ScenarioProfiles } from '../../lib/core/scenario/scenario.ts'
import { rowOf, runInProcess } from '../fixtures/in-process-run.ts'

let server: Server
let url: string
let requests: string[]

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push(`${request.method} ${path} ${request.headers.authorization ?? '-'}`)
    request.resume()
    const isAllowed = path !== '/agents' || request.headers.authorization === 'Bearer t'
    response.writeHead(path === '/nowhere' ? 404 : isAllowed ? 200 : 401, {
      'content-type': 'application/json',
    })
    response.end('{"token":"t"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  requests = []
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

type Executor = ScenarioProfiles[string]['executors'][number]
const light = (executor: Executor): ScenarioProfiles => ({ light: { executors: [executor] } })

describe('a flow that throws on every iteration', () => {
  it('fails the run on a row that every run has', async () => {
    const { code, verdict, summary } = await runInProcess(
      defineScenario({
        name: 'throwing',
        target: { url },
        flows: {
          only: {
            run: async (vu) => {
              await vu.get('/')
              throw new TypeError('always')
            },
          },
        },
        profiles: light({
          executor: 'per-vu-iterations',
          users: 4,
          iterations: 5,
          maxDuration: '1s',
        }),
      }),
    )
    expect(code).toBe(EXIT.fail)
    expect(verdict.iterations).toEqual({ count: 20, started: 20, failed: 20, dropped: 0 })
    expect(rowOf(verdict, 'Iterations that failed')).toMatchObject({ state: 'fail', value: 1 })
    expect(summary.errors).toEqual([{ where: 'iteration', error: 'type_error', count: 20 }])
  })

  it('ends on time even when it waits for nothing', async () => {
    const { code, verdict } = await runInProcess(
      defineScenario({
        name: 'spinning',
        target: { url },
        flows: {
          only: {
            run: async () => {
              throw new Error('at once')
            },
          },
        },
        profiles: light({ executor: 'constant-vus', users: 2, duration: '500ms' }),
      }),
    )
    expect(code).toBe(EXIT.inconclusive)
    expect(verdict.reasons).toContain('no requests were made')
  })
})

describe('a flow that never ends', () => {
  it('is interrupted when its graceful stop is over, and counted as that', async () => {
    const { summary } = await runInProcess(
      defineScenario({
        name: 'endless',
        target: { url },
        flows: {
          only: {
            run: async (vu) => {
              await vu.get('/')
              await new Promise(() => undefined)
            },
          },
        },
        profiles: light({ executor: 'constant-vus', users: 2, duration: '300ms', gracefulStop: '100ms' }),
      }),
    )
    expect(summary.metrics.http_reqs?.values).toMatchObject({ count: 2 })
    expect(summary.metrics.iterations).toBeUndefined()
    expect(summary.metrics.interrupted_iterations?.values).toMatchObject({ count: 2 })
  })
})

describe('iterations that are counted', () => {
  it('are shared among the users of all generators, exactly', async () => {
    const { code, verdict } = await runInProcess(
      defineScenario({
        name: 'shared',
        target: { url },
        flows: { only: { run: async (vu) => void (await vu.get('/')) } },
        profiles: light({
          executor: 'shared-iterations',
          users: 5,
          iterations: 101,
          maxDuration: '10s',
        }),
      }),
    )
    expect(code).toBe(EXIT.ok)
    expect(verdict.iterations.count).toBe(101)
    expect(verdict.coverage).toMatchObject({ time: 1, arrivals: 1 })
  })
})

describe('arrivals that find no user free', () => {
  it('are dropped, counted, and make the verdict inconclusive', async () => {
    const { code, verdict } = await runInProcess(
      defineScenario({
        name: 'crowded',
        target: { url },
        flows: {
          only: {
            run: async (vu) => {
              await vu.get('/')
              await vu.think('10s')
            },
          },
        },
        profiles: light({
          executor: 'constant-arrival-rate',
          rate: 40,
          duration: '500ms',
          maxUsers: 4,
          gracefulStop: '0s',
        }),
      }),
    )
    expect(code).toBe(EXIT.inconclusive)
    expect(verdict.iterations.dropped).toBe(16)
    expect(verdict.coverage.arrivals).toBe(0.2)
    expect(verdict.reasons.join('\n')).toContain('raise maxUsers')
  })
})

describe('what a scenario brings along', () => {
  it('runs setup once, hands its result to all generators, and tears down after them', async () => {
    requests = []
    const headers = (token: string) => ({ authorization: `Bearer ${token}` })
    const { code, summary } = await runInProcess(
      defineScenario({
        name: 'prepared',
        target: { url },
        setup: async (vu) => (await vu.post('/login', { json: { user: 'a' } })).json<{ token: string }>(),
        teardown: async (vu) => void (await vu.get('/agents?last', { headers: headers(vu.setup.token) })),
        metrics: { seen: { kind: 'counter' } },
        flows: {
          only: {
            run: async (vu) => {
              const answer = await vu.get('/agents', { headers: headers(vu.setup.token) })
              vu.metrics.seen.add(answer.ok ? 1 : 0)
            },
          },
        },
        profiles: light({
          executor: 'per-vu-iterations',
          users: 4,
          iterations: 1,
          maxDuration: '1s',
        }),
      }),
    )
    expect(code).toBe(EXIT.ok)
    expect(summary.metrics.seen?.values).toMatchObject({ count: 4 })
    // Setup and teardown are no part of the load.
    expect(summary.metrics.http_reqs?.values).toMatchObject({ count: 4 })
    const load = Array<string>(4).fill('GET /agents Bearer t')
    expect(requests).toEqual(['POST /login -', ...load, 'GET /agents?last Bearer t'])
  })

  it('gives each user its own row of a unique file, whatever generator it lives in', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'volley-test-'))
    await writeFile(join(directory, 'names.csv'), 'name\nada\nbob\ncyd\ndan\n')
    const { code, summary } = await runInProcess(
      defineScenario({
        name: 'feeding',
        target: { url },
        data: { names: csv('./names.csv', { access: 'unique' }) },
        flows: {
          only: {
            run: async (vu) => {
              vu.check(vu.data.names().name ?? '', true)
              await vu.get('/')
            },
          },
        },
        profiles: light({
          executor: 'per-vu-iterations',
          users: 4,
          iterations: 3,
          maxDuration: '1s',
        }),
      }),
      { module: pathToFileURL(join(directory, 'scenario.ts')).href },
    )
    expect(code).toBe(EXIT.ok)
    expect(summary.checks.map(({ name, trues }) => [name, trues]).sort()).toEqual([
      ['ada', 3],
      ['bob', 3],
      ['cyd', 3],
      ['dan', 3],
    ])
  })
})

describe('a run cut into windows', () => {
  it('makes every arrival once across the handovers', async () => {
    const { code, verdict, store } = await runInProcess(
      defineScenario({
        name: 'relayed',
        target: { url },
        flows: { only: { run: async (vu) => void (await vu.get('/')) } },
        profiles: light({ executor: 'constant-arrival-rate', rate: 200, duration: '1200ms' }),
      }),
      { window: '600ms' },
    )
    expect(code).toBe(EXIT.ok)
    expect(verdict.iterations.count).toBe(240)
    expect(verdict.coverage).toMatchObject({ time: 1, arrivals: 1 })
    const windows = new Set<string>()
    for await (const key of store.list(snapshotPrefix('r'))) windows.add(key.split('/')[3] ?? '')
    expect(windows.size).toBeGreaterThan(1)
  })
})

describe('a threshold with abortOnFail', () => {
  it('stops the run early and fails it', async () => {
    const { code, verdict } = await runInProcess(
      defineScenario({
        name: 'hopeless',
        target: { url },
        flows: {
          only: {
            run: async (vu) => {
              await vu.get('/nowhere')
              await vu.think('100ms')
            },
          },
        },
        profiles: light({ executor: 'constant-vus', users: 4, duration: '30s' }),
        thresholds: [{ metric: 'http_req_failed', limit: 'rate<0.5', abortOnFail: true }],
      }),
    )
    expect(code).toBe(EXIT.fail)
    expect(verdict.reasons[0]).toMatch(/^the run was stopped by a threshold: http_req_failed/)
    expect(verdict.endedAt - verdict.startedAt).toBeLessThan(15_000)
  })
})

describe('a target that goes away in the middle of a run', () => {
  it('is seen in the errors, by class, and fails the run', async () => {
    let served = 0
    const leaving = createServer((_, response) => {
      response.end('ok')
      if (++served === 20) leaving.close().closeAllConnections()
    })
    await new Promise<void>((resolve) => leaving.listen(0, '127.0.0.1', resolve))
    const { port } = leaving.address() as AddressInfo
    const { code, summary, verdict } = await runInProcess(
      defineScenario({
        name: 'leaving',
        target: { url: `http://127.0.0.1:${port}` },
        flows: {
          only: {
            run: async (vu) => {
              await vu.get('/')
              await vu.think('10ms')
            },
          },
        },
        profiles: light({ executor: 'per-vu-iterations', users: 4, iterations: 20, maxDuration: '10s' }),
      }),
    )
    expect(code).toBe(EXIT.fail)
    expect(summary.errors.map(({ error }) => error)).toContain('connection_refused')
    expect(verdict.state).toBe('fail')
    expect(summary.metrics.http_reqs?.values).toMatchObject({ count: 80 })
  })
})
