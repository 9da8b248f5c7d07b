import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import { liveKey } from '../../lib/core/results/live.ts'
import type { State } from '../../lib/core/results/verdict.ts'
import { stopKey } from '../../lib/core/run/stop.ts'
import { loadData } from '../../lib/scenario/data-file.ts'
import { loadUploadedScenario } from '../../lib/scenario/uploaded-scenario.ts'
import { type CloudApi, startCloudApi } from '../fixtures/cloud-api.ts'
import { endRun, LIVE } from '../fixtures/cloud-run.ts'
import { writeOwnScenario } from '../fixtures/own-scenario.ts'
import { isSignedWith } from '../fixtures/signature.ts'
import { volleyHere as volley } from '../fixtures/volley-here.ts'
import { freshDirectory, type Outcome, startVolley } from './volley.ts'

const SECRET = 'a-secret-of-this-test'
const SMOKE = ['codepal', '--profile', 'smoke']

let api: CloudApi

beforeEach(async () => {
  api = await startCloudApi()
  vi.stubEnv('VOLLEY_API', api.url)
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await api.close()
})

const stopOf = (run: string): Promise<Uint8Array | undefined> => api.store.get(stopKey(run))

/** Waits for what another process brings about. */
async function until(happens: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await happens())) await new Promise((resolve) => setTimeout(resolve, 20))
}

function refuses({ code, stdout, stderr }: Outcome, exit: number, said: string): void {
  expect(stderr).toBe(said)
  expect(stdout).toBe('')
  expect(code).toBe(exit)
}

describe('volley start', () => {
  it('starts a run with a signed call, prints its name, and says what it may cost', async () => {
    const { code, stdout, stderr } = await volley('start', ...SMOKE, '--run', 'ci-17', '--budget', '40')
    expect(stderr).toBe('run ci-17: quoted at $1.20; volley watch ci-17 follows it\n')
    expect(stdout).toBe('ci-17\n')
    expect(code).toBe(EXIT.ok)
    const request = { scenario: 'codepal', profile: 'smoke', budgetUsd: 40 }
    expect(api.starter.started).toEqual([{ run: 'ci-17', request }])
    expect(api.received.map((one) => isSignedWith(SECRET, 'eu-central-1', one))).toEqual([true])
    expect(api.received.map((one) => isSignedWith('another', 'eu-central-1', one))).toEqual([false])
  })

  it('starts nothing more under the name of a run that it started before', async () => {
    await volley('start', ...SMOKE, '--run', 'ci-17')
    expect(await volley('start', ...SMOKE, '--run', 'ci-17')).toMatchObject({ code: 0, stdout: 'ci-17\n' })
    expect(api.starter.started).toHaveLength(1)
    refuses(
      await volley('start', ...SMOKE, '--run', 'ci-17', '--users', '9'),
      EXIT.badInput,
      `RUN_EXISTS: there is another run ci-17
  --run: ci-17
    allowed: a key of its own for each request that differs
    next:    choose another one
`,
    )
  })

  it('tells all mistakes at once, in the words of a run on this machine', async () => {
    const flags = ['--users', 'many', '--duration', '-5s', '--seed', '1.5']
    const local = await volley('run', 'codepal', ...flags)
    refuses(await volley('start', 'codepal', ...flags), EXIT.badInput, local.stderr)
    expect(local.stderr).toContain('--users: "many"')
    refuses(
      await volley('start', 'codepal', '--profile', 'elastic'),
      EXIT.badInput,
      (await volley('run', 'codepal', '--profile', 'elastic')).stderr,
    )
    expect(api.starter.started).toEqual([])
  })

  it('refuses a run above its budget with an exit code of its own', async () => {
    refuses(
      await volley('start', ...SMOKE, '--budget', '1'),
      EXIT.overBudget,
      `OVER_BUDGET: the run would cost $1.20
  --budget: $1.20
    allowed: at most $1
    next:    raise it
`,
    )
  })
})

describe('a scenario of one’s own', () => {
  const few = ['--target', 'http://127.0.0.1:1', '--run', 'r1']
  const calls = (): string[] =>
    api.calls.map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{64}/, 'HASH')}`)

  it('is bundled with what it needs, uploaded under its hash, and started by that name', async () => {
    const file = await writeOwnScenario(await freshDirectory())
    const { code, stdout, stderr } = await volley('start', file, ...few)
    expect(stderr).toMatch(/^own is uploaded as sha256:[0-9a-f]{64}\nrun r1: quoted at \$1\.20; /)
    expect([code, stdout]).toEqual([EXIT.ok, 'r1\n'])
    const [name = ''] = /sha256:[0-9a-f]{64}/.exec(stderr) ?? []
    expect(api.starter.started).toEqual([
      { run: 'r1', request: { scenario: name, target: 'http://127.0.0.1:1' } },
    ])
    const loaded = await loadUploadedScenario(name.slice('sha256:'.length), api.store)
    expect(loaded.scenario.name).toBe('own')
    expect(await loadData(loaded, 0)).toEqual({ pages: [{ path: '/health' }] })
    expect(calls()).toEqual(['GET /scenarios/HASH', 'PUT /scenarios/HASH', 'POST /runs'])
  })

  it('is not uploaded again, from whatever folder it comes, and may be started by its name', async () => {
    const first = await volley('start', await writeOwnScenario(await freshDirectory()), ...few)
    const [name = ''] = /sha256:[0-9a-f]{64}/.exec(first.stderr) ?? []
    const again = await volley('quote', await writeOwnScenario(await freshDirectory()), ...few.slice(0, 2))
    expect(again.stderr).toBe(`own is in the deployment as ${name}\n`)
    expect(again.stdout).toMatch(/^own, profile few, at /)
    expect(calls().filter((call) => call.startsWith('PUT'))).toHaveLength(1)
    expect((await volley('start', name, ...few)).stdout).toBe('r1\n')
    const unnamed = await volley('start', name, ...few.slice(0, 2))
    expect(unnamed.stdout).toMatch(/^sha256-[0-9a-f]{12}-\d{8}-\d{6}-[0-9a-f]{4}\n$/)
  })

  it('is refused with the mistakes that a run on this machine tells, and nothing is uploaded', async () => {
    const file = await writeOwnScenario(await freshDirectory(), { users: 0 })
    const local = await volley('run', file, '--users', 'many')
    refuses(await volley('start', file, '--users', 'many'), EXIT.badInput, local.stderr)
    expect(local.stderr).toContain('executors[0].users: 0')
    expect(local.stderr).toContain('--users: "many"')
    const dataless = await writeOwnScenario(await freshDirectory(), { data: './nowhere.csv' })
    refuses(
      await volley('start', dataless, ...few),
      EXIT.badInput,
      (await volley('run', dataless, ...few.slice(0, 2))).stderr,
    )
    expect(api.calls).toEqual([])
  })

  it('is refused with data that could not travel with it', async () => {
    const folder = await freshDirectory()
    const file = await writeOwnScenario(join(folder, 'below'), { data: '../pages.csv' })
    await writeFile(join(folder, 'pages.csv'), 'path\n/\n')
    refuses(
      await volley('start', file, ...few),
      EXIT.badInput,
      `DATA_INVALID: data files cannot travel with their scenario
  data.pages: ${join(folder, 'pages.csv')}
    allowed: a file in the folder of the scenario, or below it
    next:    put it or a copy of it there
`,
    )
    expect(api.calls).toEqual([])
  })
})

describe('volley start --wait', () => {
  it('shows the progress of the run and returns its verdict', async () => {
    const { outcome } = startVolley('start', ...SMOKE, '--run', 'r1', '--wait')
    await until(() => api.starter.started.length === 1)
    await api.store.put(liveKey('r1'), JSON.stringify(LIVE))
    const seen = api.calls.length
    await until(() => api.calls.length > seen + 1)
    await endRun(api.store, 'r1', 'fail')
    const { code, stdout, stderr } = await outcome
    expect(stderr).toBe(`run r1: quoted at $1.20
10s of 1m · stage ramp-up · users 120 · requests 80/s · p95 210 ms · errors 0 % · generators 4 of 4 · cost $0.30 of $1.20
`)
    expect(stdout).toContain('FAIL  codepal / elasticity')
    expect(code).toBe(EXIT.fail)
  })

  it('stops the run at Ctrl-C and waits for its verdict', async () => {
    const { process: child, outcome } = startVolley('start', ...SMOKE, '--run', 'r1', '--wait', '--json')
    await until(() => api.calls.length >= 2)
    child.kill('SIGINT')
    await until(async () => (await stopOf('r1')) !== undefined)
    await endRun(api.store, 'r1', 'inconclusive')
    const { code, stdout, stderr } = await outcome
    expect(stderr).toBe(`run r1: quoted at $1.20
Ctrl-C: stopping the generators; Ctrl-C again leaves at once
r1 is stopping
`)
    expect(JSON.parse(stdout)).toMatchObject({ run: 'r1', state: 'inconclusive' })
    expect(code).toBe(EXIT.stopped)
  })

  it('leaves at the second Ctrl-C, and says how to end what may go on', async () => {
    const { process: child, outcome } = startVolley('start', ...SMOKE, '--run', 'r1', '--wait')
    await until(() => api.calls.length >= 2)
    child.kill('SIGINT')
    await until(async () => (await stopOf('r1')) !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 400))
    child.kill('SIGINT')
    const { code, stderr } = await outcome
    expect(stderr).toContain('left r1 as it is: it ends within 2m unless volley watch r1 keeps it going\n')
    expect(code).toBe(EXIT.stopped)
  })
})

describe('volley watch', () => {
  it.each<[State, number]>([
    ['pass', EXIT.ok],
    ['warn', EXIT.ok],
    ['fail', EXIT.fail],
    ['inconclusive', EXIT.inconclusive],
  ])('returns the exit code of a verdict: %s', async (state, exit) => {
    await volley('start', ...SMOKE, '--run', 'r1')
    await endRun(api.store, 'r1', state)
    const { code, stdout, stderr } = await volley('watch', 'r1')
    expect(stderr).toBe('')
    expect(stdout).toContain(state.toUpperCase())
    expect(code).toBe(exit)
  })

  it('returns that of an overrun budget for a run that its budget stopped', async () => {
    await volley('start', ...SMOKE, '--run', 'r1')
    await api.store.put(stopKey('r1'), JSON.stringify({ by: 'budget', reason: 'the cap of $40 is reached' }))
    await endRun(api.store, 'r1', 'inconclusive')
    expect((await volley('watch', 'r1', '--json')).code).toBe(EXIT.overBudget)
  })

  it('says why a run ended without a verdict', async () => {
    await volley('start', ...SMOKE, '--run', 'r1')
    api.starter.set('r1', { state: 'failed', cause: 'it needs 400 Lambdas and the account has 10' })
    refuses(
      await volley('watch', 'r1'),
      EXIT.infrastructure,
      'RUN_FAILED: r1 ended without a verdict: it needs 400 Lambdas and the account has 10\n',
    )
  })

  it('leaves the run alone at Ctrl-C', async () => {
    await volley('start', ...SMOKE, '--run', 'r1')
    const { process: child, outcome } = startVolley('watch', 'r1')
    const seen = api.calls.length
    await until(() => api.calls.length > seen)
    child.kill('SIGINT')
    refuses(await outcome, EXIT.stopped, 'r1 goes on; volley stop r1 ends it\n')
    expect(await stopOf('r1')).toBeUndefined()
  })
})

describe('volley stop', () => {
  it('writes STOP for a run, and leaves one alone that has ended', async () => {
    await volley('start', ...SMOKE, '--run', 'r1')
    expect(await volley('stop', 'r1')).toEqual({ code: 0, stdout: 'r1 is stopping\n', stderr: '' })
    expect(await stopOf('r1')).toBeDefined()
    await volley('start', ...SMOKE, '--run', 'r2')
    await endRun(api.store, 'r2', 'pass')
    expect(await volley('stop', 'r2')).toEqual({ code: 0, stdout: 'r2 has ended already\n', stderr: '' })
    expect(await stopOf('r2')).toBeUndefined()
  })

  it('knows no run of another name', async () => {
    refuses(
      await volley('stop', 'nobody'),
      EXIT.badInput,
      `RUN_NOT_FOUND: there is no run nobody
  run: nobody
    allowed: a run of this deployment
    next:    list them with volley runs
`,
    )
  })
})

describe('volley runs', () => {
  it('lists the latest first, with what came of them', async () => {
    expect(await volley('runs')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no run yet: volley start starts one\n',
    })
    await volley('start', ...SMOKE, '--run', 'r1')
    await endRun(api.store, 'r1', 'pass')
    api.nowMs += 60_000
    await volley('start', 'codepal', '--run', 'second')
    api.starter.set('second', { state: 'failed', cause: 'no target\nat all' })
    expect((await volley('runs')).stdout).toBe(`run     requested             profile  quoted  state
second  2026-01-02 03:05:05Z  light    $1.20   failed: no target
r1      2026-01-02 03:04:05Z  smoke    $1.20   pass
`)
    expect(JSON.parse((await volley('runs', '--json', '--limit', '1')).stdout)).toMatchObject([
      { run: 'second' },
    ])
  })
})

describe('volley quote', () => {
  it('prints the price line by line and starts nothing', async () => {
    const quoted = await volley('quote', ...SMOKE, '--users', '3', '--duration', '10s')
    expect(quoted.stdout).toMatch(/^codepal, profile smoke, at http:\/\/127\.0\.0\.1:1: 10s, at most /)
    expect(quoted.stdout).toMatch(/^Lambda +90,000 GB-s +\$1\.20$/m)
    expect(quoted.code).toBe(EXIT.ok)
    expect(api.starter.started).toEqual([])
  })
})

describe('volley report', () => {
  it('prints what the aggregator wrote of a run in the cloud', async () => {
    await volley('start', ...SMOKE, '--run', 'r1')
    await endRun(api.store, 'r1', 'warn')
    const { code, stdout } = await volley('report', 'r1', '--format', 'junit')
    expect(stdout).toBe(`${new TextDecoder().decode(await api.store.get('runs/r1/junit.xml'))}\n`)
    expect(code).toBe(EXIT.ok)
    expect((await volley('report', 'r1')).stdout).toContain('WARN')
  })

  it('judges such a run by no other scenario, and has none before the end', async () => {
    await volley('start', ...SMOKE, '--run', 'r1')
    expect(await volley('report', 'r1', '--scenario', 'codepal')).toMatchObject({ code: EXIT.badInput })
    refuses(
      await volley('report', 'r1', '--format', 'html'),
      EXIT.badInput,
      `RUN_NOT_ENDED: r1 has no verdict.json yet
  run: r1
    allowed: a run that has its verdict
    next:    wait: volley watch r1
`,
    )
  })
})

describe('every command of the cloud', () => {
  it('says how to name a deployment where none is', async () => {
    vi.stubEnv('VOLLEY_API', undefined)
    refuses(
      await volley('watch', 'r1'),
      EXIT.badInput,
      `INPUT_INVALID: it is not clear which deployment is meant
  --endpoint: not given
    allowed: the URL of a deployment (its output ApiUrl)
    next:    give it, or set VOLLEY_API
`,
    )
  })

  it('says where nothing answers', async () => {
    const { url } = api
    await api.close()
    const { code, stderr } = await volley('runs')
    expect(stderr).toContain(`API_UNREACHABLE: nothing answers at ${url}/: connect ECONNREFUSED`)
    expect(code).toBe(EXIT.infrastructure)
    api = await startCloudApi()
  })

  it('says what to do without credentials', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined)
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials')
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config')
    const { code, stderr } = await volley('runs')
    expect(stderr).toMatch(
      /^API_REFUSED: the call cannot be signed: .*\n {2}AWS credentials: none that can be used\n/,
    )
    expect(code).toBe(EXIT.infrastructure)
  })

  it("passes on what the gateway says of one's credentials", async () => {
    const gateway = createServer((_, outgoing) => {
      outgoing.writeHead(403, { 'content-type': 'application/json' })
      outgoing.end('{"message":"User is not authorized to access this resource"}')
    })
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('VOLLEY_API', `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/prod`)
    const { code, stderr } = await volley('runs')
    gateway.close()
    expect(stderr).toMatch(
      /^API_REFUSED: the deployment answered 403: User is not authorized to access this resource\n/,
    )
    expect(code).toBe(EXIT.infrastructure)
  })
})
