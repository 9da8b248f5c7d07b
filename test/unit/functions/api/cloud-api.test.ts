import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { liveKey } from '../../../../lib/core/results/live.ts'
import { verdictKey } from '../../../../lib/core/results/verdict.ts'
import { leaseKey } from '../../../../lib/core/run/lease.ts'
import { startKey } from '../../../../lib/core/run/relay.ts'
import { runEntryKey } from '../../../../lib/core/run/run-entry.ts'
import type { RunList } from '../../../../lib/core/run/run-view.ts'
import { bundleKey, encodeBundle } from '../../../../lib/core/run/scenario-bundle.ts'
import { stopKey } from '../../../../lib/core/run/stop.ts'
import { sha256Of } from '../../../../lib/scenario/uploaded-scenario.ts'
import { type CloudApi, QUOTE, startCloudApi } from '../../../fixtures/cloud-api.ts'
import { LIVE, verdictOfRun } from '../../../fixtures/cloud-run.ts'

let api: CloudApi

beforeEach(async () => {
  api = await startCloudApi()
})
afterEach(() => api.close())

interface Answer {
  status: number
  body: unknown
}

async function call(method: string, path: string, body?: unknown, key?: string): Promise<Answer> {
  const response = await fetch(api.url + path, {
    method,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(key !== undefined && { headers: { 'Idempotency-Key': key } }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type') === 'application/json'
  return { status: response.status, body: isJson ? JSON.parse(text) : text }
}

const smoke = { scenario: 'codepal', profile: 'smoke' }
const start = (key: string, body: unknown = smoke): Promise<Answer> => call('POST', '/runs', body, key)
const textAt = async (key: string): Promise<string> => new TextDecoder().decode(await api.store.get(key))

describe('POST /runs', () => {
  it('starts an execution called as the idempotency key, and answers the quote', async () => {
    expect(await start('ci-17')).toEqual({ status: 201, body: { run: 'ci-17', quote: QUOTE } })
    expect(api.starter.started).toEqual([{ run: 'ci-17', request: smoke }])
    expect(JSON.parse(await textAt(runEntryKey('ci-17')))).toEqual({
      schema: 'volley.run-entry/1',
      run: 'ci-17',
      requestedAtMs: api.nowMs,
      request: smoke,
      scenario: 'codepal',
      profile: 'smoke',
      target: 'http://127.0.0.1:1',
      quote: QUOTE,
    })
  })

  it('names a run by scenario, profile and time where the caller gives no key', async () => {
    const { status, body } = await call('POST', '/runs', smoke)
    expect(status).toBe(201)
    expect((body as { run: string }).run).toMatch(/^codepal-smoke-20260102-030405-[0-9a-f]{4}$/)
  })

  it('answers a repeated request with the same run and starts nothing more', async () => {
    await start('ci-17')
    api.nowMs += 5_000
    expect(await start('ci-17')).toEqual({ status: 200, body: { run: 'ci-17', quote: QUOTE } })
    expect(api.starter.started).toHaveLength(1)
    expect((await call('GET', '/runs')).body).toMatchObject({ runs: [{ run: 'ci-17' }] })
  })

  it('takes a request for the same load for the same run, whether or not its sender waits for it', async () => {
    await start('ci-17', { ...smoke, lease: '2m' })
    expect((await start('ci-17')).status).toBe(200)
    expect(api.starter.started).toEqual([{ run: 'ci-17', request: { ...smoke, lease: '2m' } }])
  })

  it('refuses a lease too short to be renewed', async () => {
    const { status, body } = await start('ci-17', { ...smoke, lease: '9s' })
    expect(status).toBe(400)
    expect(body).toMatchObject({
      mistakes: [{ field: 'lease', value: '"9s"', limit: 'must be 10s or longer', next: 'change it' }],
    })
  })

  it('starts one execution for twenty equal requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => start('once')))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(api.starter.started).toHaveLength(1)
  })

  it('finishes what a caller began whose execution never started', async () => {
    await start('half')
    const entry = await textAt(runEntryKey('half'))
    const other = await startCloudApi()
    try {
      await other.store.put(runEntryKey('half'), entry)
      const headers = { 'Idempotency-Key': 'half' }
      const again = await fetch(`${other.url}/runs`, { method: 'POST', headers, body: JSON.stringify(smoke) })
      expect(again.status).toBe(200)
      expect(other.starter.started).toEqual([{ run: 'half', request: smoke }])
    } finally {
      await other.close()
    }
  })

  it('refuses a key that another request has', async () => {
    await start('ci-17')
    expect(await start('ci-17', { ...smoke, users: 9 })).toEqual({
      status: 409,
      body: {
        code: 'RUN_EXISTS',
        message: 'there is another run ci-17',
        mistakes: [
          {
            field: 'Idempotency-Key',
            value: 'ci-17',
            limit: 'a key of its own for each request that differs',
            next: 'choose another one',
          },
        ],
      },
    })
  })

  it('refuses a key that cannot be the name of a run', async () => {
    expect(await start('../other')).toMatchObject({
      status: 400,
      body: { mistakes: [{ field: 'Idempotency-Key', value: '../other' }] },
    })
  })

  it('tells all mistakes of a request at once, by the names of its fields', async () => {
    const { status, body } = await call('POST', '/runs', {
      scenario: 'codepal',
      users: 'many',
      duration: '-5s',
      budgetUsd: -1,
      colour: 'red',
    })
    expect(status).toBe(400)
    expect(body).toEqual({
      code: 'INPUT_INVALID',
      message: 'the run cannot be planned',
      mistakes: expect.toSatisfy((mistakes: unknown[]) => mistakes.length === 4),
    })
    expect((body as { mistakes: unknown[] }).mistakes).toEqual(
      expect.arrayContaining([
        { field: 'users', value: '"many"', limit: 'number', next: 'change it' },
        {
          field: 'duration',
          value: '"-5s"',
          limit: 'must be a length of time such as 500ms, 90s or 1h30m, at most 3650d',
          next: 'change it',
        },
        { field: 'budgetUsd', value: '-1', limit: 'more than 0', next: 'change it' },
        {
          field: 'colour',
          value: '"red"',
          limit: 'a known field',
          next: 'remove it, or correct its spelling',
        },
      ]),
    )
  })

  it('calls the fields that planning refuses by their names, not by flags', async () => {
    expect(await call('POST', '/runs', { scenario: 'codepal', profile: 'elastic' })).toMatchObject({
      status: 400,
      body: { code: 'INPUT_INVALID', mistakes: [{ field: 'profile', next: 'did you mean elasticity?' }] },
    })
    expect(await call('POST', '/runs', { ...smoke, target: 'http://example.com' })).toMatchObject({
      status: 400,
      body: { code: 'TARGET_NOT_ALLOWED', mistakes: [{ field: 'target' }] },
    })
  })

  it('refuses a body that is no JSON', async () => {
    expect(await call('POST', '/runs', '{"scenario":')).toEqual({
      status: 400,
      body: {
        code: 'INPUT_INVALID',
        message: 'the body is no JSON',
        mistakes: [
          {
            field: 'body',
            value: '{"scenario":',
            limit: 'a JSON object such as {"scenario": "codepal"}',
            next: 'send one',
          },
        ],
      },
    })
  })

  it('starts nothing and records nothing above the budget', async () => {
    expect(await start('dear', { ...smoke, budgetUsd: 1 })).toMatchObject({
      status: 402,
      body: { code: 'OVER_BUDGET', mistakes: [{ field: 'budgetUsd', limit: 'at most $1' }] },
    })
    expect(api.starter.started).toEqual([])
    expect((await call('GET', '/runs')).body).toEqual({ runs: [] })
  })
})

describe('GET /runs/{id}', () => {
  it('is starting until its first progress, then running with it', async () => {
    await start('r1')
    expect(await call('GET', '/runs/r1')).toEqual({
      status: 200,
      body: {
        run: 'r1',
        requestedAtMs: api.nowMs,
        request: smoke,
        profile: 'smoke',
        target: 'http://127.0.0.1:1',
        quote: QUOTE,
        phase: 'starting',
      },
    })
    await api.store.put(liveKey('r1'), JSON.stringify(LIVE))
    expect((await call('GET', '/runs/r1')).body).toMatchObject({ phase: 'running', live: LIVE })
  })

  it('has ended once there is a verdict, whatever its execution still does', async () => {
    await start('r1')
    const verdict = verdictOfRun('r1', 'warn')
    await api.store.put(verdictKey('r1'), JSON.stringify(verdict))
    expect((await call('GET', '/runs/r1')).body).toMatchObject({ phase: 'ended', verdict })
  })

  it('has failed where its execution ended without a verdict, and says why', async () => {
    await start('r1')
    api.starter.set('r1', { state: 'failed', cause: 'needs 400 Lambdas, the account has 10' })
    expect((await call('GET', '/runs/r1')).body).toMatchObject({
      phase: 'failed',
      cause: 'needs 400 Lambdas, the account has 10',
    })
    api.starter.set('r1', { state: 'aborted' })
    expect((await call('GET', '/runs/r1')).body).toMatchObject({ cause: 'its execution was aborted' })
  })

  it('is stopping for five minutes where its execution ended with its load begun: it is still judged', async () => {
    await start('r1')
    await api.store.put(startKey('r1'), JSON.stringify({ startAtMs: api.nowMs, deadlineAtMs: api.nowMs }))
    api.starter.set('r1', { state: 'aborted', endedAtMs: api.nowMs })
    api.nowMs += 299_999
    expect((await call('GET', '/runs/r1')).body).toMatchObject({ phase: 'stopping' })
    api.nowMs += 1
    expect((await call('GET', '/runs/r1')).body).toMatchObject({
      phase: 'failed',
      cause: 'its execution was aborted',
    })
  })

  it('keeps a run with a lease going, and writes no more than six times a lease', async () => {
    await start('r1', { ...smoke, lease: '60s' })
    const asked = async (): Promise<unknown> => JSON.parse(await textAt(leaseKey('r1')))
    const beganAtMs = api.nowMs
    await call('GET', '/runs/r1')
    expect(await asked()).toEqual({ atMs: beganAtMs })
    api.nowMs += 9_999
    await call('GET', '/runs/r1')
    expect(await asked()).toEqual({ atMs: beganAtMs })
    api.nowMs += 1
    await call('GET', '/runs/r1')
    expect(await asked()).toEqual({ atMs: api.nowMs })
  })

  it('writes nothing for a run without a lease, or one that has ended', async () => {
    await start('r1')
    await call('GET', '/runs/r1')
    expect(await api.store.get(leaseKey('r1'))).toBeUndefined()
    await start('r2', { ...smoke, lease: '60s' })
    await api.store.put(verdictKey('r2'), JSON.stringify(verdictOfRun('r2', 'pass')))
    await call('GET', '/runs/r2')
    expect(await api.store.get(leaseKey('r2'))).toBeUndefined()
  })

  it('is not there under a name that nobody started', async () => {
    const missing = {
      status: 404,
      body: {
        code: 'RUN_NOT_FOUND',
        message: 'there is no run nobody',
        mistakes: [
          {
            field: 'run',
            value: 'nobody',
            limit: 'a run of this deployment',
            next: 'list them with volley runs',
          },
        ],
      },
    }
    expect(await call('GET', '/runs/nobody')).toEqual(missing)
    expect(await call('DELETE', '/runs/nobody')).toEqual(missing)
    expect(await call('GET', '/runs/nobody/report')).toEqual(missing)
  })
})

describe('GET /runs', () => {
  it('lists the latest first and no more than asked for', async () => {
    for (const run of ['first', 'second', 'third']) {
      await start(run)
      api.nowMs += 1_000
    }
    await api.store.put(verdictKey('second'), JSON.stringify(verdictOfRun('second', 'fail')))
    const { body } = await call('GET', '/runs?limit=2')
    expect(body).toEqual({
      runs: [
        {
          run: 'third',
          requestedAtMs: Date.UTC(2026, 0, 2, 3, 4, 7),
          scenario: 'codepal',
          profile: 'smoke',
          target: 'http://127.0.0.1:1',
          quotedUsd: 1.2,
          phase: 'starting',
        },
        expect.objectContaining({ run: 'second', phase: 'ended', state: 'fail' }),
      ],
    })
  })

  it('lists the runs of a scenario, of one of its profiles, and those before a moment', async () => {
    for (const run of ['first', 'second']) {
      await start(run)
      api.nowMs += 1_000
    }
    const runsOf = async (query: string) =>
      ((await call('GET', `/runs?${query}`)).body as RunList).runs.map(({ run }) => run)
    expect(await runsOf('scenario=codepal&profile=smoke')).toEqual(['second', 'first'])
    expect(await runsOf('scenario=codepal&profile=spike')).toEqual([])
    expect(await runsOf('scenario=code')).toEqual([])
    expect(await runsOf('profile=smoke&limit=1')).toEqual(['second'])
    expect(await runsOf(`before=${Date.UTC(2026, 0, 2, 3, 4, 6)}`)).toEqual(['first'])
  })

  it('still lists runs that an earlier version indexed and recorded, which named no scenario', async () => {
    await start('later')
    const { scenario: _, ...entry } = JSON.parse(
      new TextDecoder().decode(await api.store.get(runEntryKey('later'))),
    )
    const earlier = { ...entry, run: 'earlier', requestedAtMs: 1_700_000_000_000 }
    await api.store.put(runEntryKey('earlier'), JSON.stringify(earlier))
    await api.store.put('run-index/001700000000000/earlier', '')
    expect((await call('GET', '/runs')).body).toMatchObject({
      runs: [{ run: 'later' }, { run: 'earlier', scenario: 'codepal', profile: 'smoke' }],
    })
  })

  it('refuses a limit that is none', async () => {
    expect(await call('GET', '/runs?limit=0')).toMatchObject({
      status: 400,
      body: { mistakes: [{ field: 'limit', value: '"0"', limit: 'at least 1', next: 'change it' }] },
    })
  })
})

describe('GET /runs/{id}/report', () => {
  it('gives the file as the aggregator wrote it, compressed where it is large', async () => {
    await start('r1')
    const html = `<html>${'x'.repeat(2_000_000)}</html>`
    await api.store.put('runs/r1/report.html', html)
    await api.store.put('runs/r1/summary.md', '# PASS')
    expect(await call('GET', '/runs/r1/report')).toEqual({ status: 200, body: '# PASS' })
    const response = await fetch(`${api.url}/runs/r1/report?file=report.html`)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect((await response.text()) === html).toBe(true)
  })

  it('is not there before the run has ended, nor under another name', async () => {
    await start('r1')
    expect(await call('GET', '/runs/r1/report')).toMatchObject({
      status: 409,
      body: { code: 'RUN_NOT_ENDED', mistakes: [{ next: 'wait: volley watch r1' }] },
    })
    expect(await call('GET', '/runs/r1/report?file=plan.json')).toMatchObject({ status: 400 })
  })
})

describe('DELETE /runs/{id}', () => {
  it('writes STOP, once, and the run is stopping', async () => {
    await start('r1')
    expect(await call('DELETE', '/runs/r1')).toEqual({ status: 202, body: { run: 'r1', phase: 'stopping' } })
    expect(await call('DELETE', '/runs/r1')).toEqual({ status: 202, body: { run: 'r1', phase: 'stopping' } })
    const stop = { by: 'user', reason: 'stopped through the API' }
    expect(JSON.parse(await textAt(stopKey('r1')))).toEqual(stop)
    expect((await call('GET', '/runs/r1')).body).toMatchObject({ phase: 'stopping', stop })
  })

  it('leaves a run alone that has its verdict', async () => {
    await start('r1')
    await api.store.put(verdictKey('r1'), JSON.stringify(verdictOfRun('r1', 'pass')))
    expect(await call('DELETE', '/runs/r1')).toEqual({ status: 200, body: { run: 'r1', phase: 'ended' } })
    expect(await api.store.get(stopKey('r1'))).toBeUndefined()
  })

  it('stops the generators of an execution that was aborted', async () => {
    await start('r1')
    api.starter.set('r1', { state: 'aborted' })
    expect(await call('DELETE', '/runs/r1')).toEqual({ status: 202, body: { run: 'r1', phase: 'failed' } })
    expect(await api.store.get(stopKey('r1'))).toBeDefined()
  })
})

describe('POST /quotes', () => {
  it('prices a run that its budget would refuse, and starts nothing', async () => {
    expect(await call('POST', '/quotes', { ...smoke, budgetUsd: 0.01 })).toEqual({
      status: 200,
      body: expect.objectContaining({ scenario: 'codepal', profile: 'smoke', generators: 4, quote: QUOTE }),
    })
    expect(api.starter.started).toEqual([])
  })
})

describe('everything else', () => {
  it('says which methods a path takes, and that other paths are nothing', async () => {
    expect(await call('PUT', '/runs', {})).toMatchObject({
      status: 405,
      body: { message: '/runs takes POST and GET, not PUT' },
    })
    expect((await call('GET', '/elsewhere')).status).toBe(404)
    expect((await call('GET', '/runs/r1/report/more')).status).toBe(404)
  })

  it('answers 500 without a stack where the store holds what nobody wrote, and logs why', async () => {
    await api.store.put(runEntryKey('r1'), '{}')
    const { status, body } = await call('GET', '/runs/r1')
    expect(status).toBe(500)
    expect(body).toEqual({
      code: 'API_REFUSED',
      message: "the deployment could not answer; its API function's log says why",
      mistakes: [],
    })
    expect(api.calls.at(-1)?.error).toContain('ZodError')
  })
})

describe('PUT /scenarios/{sha256}', () => {
  const bundle = encodeBundle({ 'scenario.mjs': 'export default {}' })
  const sha256 = sha256Of(bundle)
  const put = async (name: string, bytes: Uint8Array): Promise<Answer> => {
    const response = await fetch(`${api.url}/scenarios/${name}`, {
      method: 'PUT',
      body: new Uint8Array(bytes),
    })
    return { status: response.status, body: await response.json() }
  }

  it('keeps the very bytes under their hash, once', async () => {
    expect(await call('GET', `/scenarios/${sha256}`)).toMatchObject({
      status: 404,
      body: { code: 'SCENARIO_NOT_FOUND' },
    })
    const name = { scenario: `sha256:${sha256}` }
    expect(await put(sha256, bundle)).toEqual({ status: 201, body: name })
    expect(new Uint8Array((await api.store.get(bundleKey(sha256))) ?? [])).toEqual(new Uint8Array(bundle))
    expect(await put(sha256, bundle)).toEqual({ status: 200, body: name })
    expect(await call('GET', `/scenarios/${sha256}`)).toEqual({ status: 200, body: name })
  })

  it('refuses bytes of another hash, of no bundle, and too many of them', async () => {
    const refused = async (name: string, bytes: Uint8Array): Promise<unknown> => {
      const { status, body } = await put(name, bytes)
      expect(status).toBe(400)
      return (body as { mistakes: unknown[] }).mistakes
    }
    const another = '0'.repeat(64)
    expect(await refused(another, bundle)).toEqual([
      {
        field: 'sha256',
        value: another,
        limit: `the SHA-256 of what is sent: ${sha256}`,
        next: 'send it to the path with that hash',
      },
    ])
    const junk = new TextEncoder().encode('export default {}')
    expect(await refused(sha256Of(junk), junk)).toMatchObject([{ field: 'scenario' }])
    const large = new Uint8Array(4_000_001)
    expect(await refused(sha256Of(large), large)).toMatchObject([
      { field: 'body', value: '4000001 bytes', limit: 'at most 4000000 bytes, compressed' },
    ])
    for (const name of [another, sha256Of(junk), sha256Of(large)])
      expect(await api.store.get(bundleKey(name))).toBeUndefined()
  })

  it('knows no scenario by part of its hash', async () => {
    await put(sha256, bundle)
    expect((await call('GET', `/scenarios/${sha256.slice(0, 20)}`)).status).toBe(404)
  })
})
