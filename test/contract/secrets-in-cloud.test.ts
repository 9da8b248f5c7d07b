import { describe, expect, it } from 'vitest'
import { carry } from '../../functions/generator/carry.ts'
import { describeEnd } from '../../functions/tell/describe-end.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { MemoryFaultInjector } from '../../lib/adapters/fault-injector/memory.ts'
import { MemoryPublisher } from '../../lib/adapters/series-publisher/memory.ts'
import { MemoryStore } from '../../lib/adapters/snapshot-store/memory.ts'
import { decodeSnapshot } from '../../lib/core/results/snapshot.ts'
import { relayedKey } from '../../lib/core/run/relay.ts'
import { bundleKey, encodeBundle, uploadedName } from '../../lib/core/run/scenario-bundle.ts'
import { judgeRelayed } from '../../lib/run/judge-relayed.ts'
import { planRun } from '../../lib/run/plan-run.ts'
import { watchRelayed } from '../../lib/run/watch-relayed.ts'
import { sha256Of } from '../../lib/scenario/uploaded-scenario.ts'
import { proxyServer } from './proxy-server.ts'
import { httpServer } from './wire-server.ts'

const RUN = 'with-secrets'
const SECRETS = ['s3cret-pw', 'tok-4711', 'from-setup-77']
const BASIC = `Basic ${Buffer.from('ann:s3cret-pw').toString('base64')}`

const scenarioAt = (host: string, http = {}): string => `export default {
  name: 'mine',
  http: ${JSON.stringify(http)},
  target: { environments: { staging: 'http://ann:s3cret-pw@${host}' } },
  sources: { app: { kind: 'scrape', url: '/metrics?token=tok-4711', metrics: { jobs: { name: 'jobs' } } } },
  setup: async (vu) => ({ token: (await vu.get('/login')).json().token }),
  teardown: async (vu) => { await vu.get('/logout', { headers: { 'x-token': vu.setup.token } }) },
  flows: { only: { run: async (vu) => { await vu.get('/x?token=tok-4711', { headers: { 'x-token': vu.setup.token } }) } } },
  profiles: { one: { executors: [{ executor: 'per-vu-iterations', users: 1, iterations: 2, maxDuration: '1s', gracefulStop: '1s' }] } },
}`

/** What a run leaves in the store, as text, but for the scenario itself. */
async function leftIn(store: MemoryStore): Promise<Map<string, string>> {
  const left = new Map<string, string>()
  for await (const key of store.list('')) {
    const body = (await store.get(key)) as Uint8Array
    if (key.startsWith('scenarios/')) continue
    left.set(
      key,
      key.includes('/snapshots/')
        ? JSON.stringify(await decodeSnapshot(body))
        : new TextDecoder().decode(body),
    )
  }
  return left
}

/** Runs the scenario to its verdict; returns all that is left, and handed on, as text by its key. */
async function ranInCloud(scenario: string): Promise<Map<string, string>> {
  const store = new MemoryStore()
  const bundle = encodeBundle({ 'scenario.mjs': scenario })
  await store.put(bundleKey(sha256Of(bundle)), bundle)
  const permitted = {
    ...{ allowedHosts: [], chaosTemplates: [], maxBudgetUsd: 10, region: 'eu-central-1' },
    concurrency: { reserved: 10 },
  }
  const request = { scenario: uploadedName(sha256Of(bundle)), environment: 'staging' }
  const planned = await planRun(RUN, request, { store, clock: systemClock, permitted })
  const startAtMs = systemClock.now()
  const times = { run: RUN, startAtMs, deadlineAtMs: startAtMs + 10_000 }
  await carry(
    { ...times, slice: 0, window: 0, attempt: 0 },
    { store, clock: systemClock, invocationId: 'one', killedAtMs: startAtMs + 60_000 },
  )
  await store.put(relayedKey(RUN), JSON.stringify({ atMs: systemClock.now() }))
  const injector = new MemoryFaultInjector(systemClock, {})
  const ports = { store, clock: systemClock, injector, publisher: new MemoryPublisher() }
  await watchRelayed(times, { ...ports, killedAtMs: startAtMs + 120_000 })
  const judgement = await judgeRelayed(times, ports)
  const end = { name: RUN, status: 'SUCCEEDED', stopDate: 0 } as const
  const told = await describeEnd(end, { store, bucket: 'b', deployment: 'd' })
  const left = await leftIn(store)
  return left.set('what is handed on', JSON.stringify([planned, judgement, told]))
}

/** Where which secret stands. */
function leaksIn(left: ReadonlyMap<string, string>, secrets: readonly string[]): string[] {
  return [...left].flatMap(([key, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${key}: ${secret}`),
  )
}

describe('a run in the cloud whose scenario knows credentials', () => {
  it('uses them wherever it asks the target, and keeps them nowhere', async () => {
    const asked: string[] = []
    const server = await httpServer((request, response) => {
      const { authorization = 'nobody', 'x-token': token = '' } = request.headers
      asked.push(`${request.url} ${authorization === BASIC ? 'ann' : authorization} ${token}`.trim())
      if (request.url?.startsWith('/metrics')) response.end('jobs 1\n')
      else if (request.url === '/login') response.end('{"token":"from-setup-77"}')
      else response.writeHead(500).end(`no ${authorization} ${request.url}`)
    })
    const left = await ranInCloud(scenarioAt(server.origin.slice('http://'.length)))
    expect(asked).toEqual([
      '/login ann',
      '/x?token=tok-4711 ann from-setup-77',
      '/x?token=tok-4711 ann from-setup-77',
      '/metrics?token=tok-4711 ann',
      '/logout ann from-setup-77',
    ])
    expect([...left.keys()]).toEqual(
      expect.arrayContaining([`runs/${RUN}/plan.json`, `runs/${RUN}/report.html`]),
    )
    expect(left.get(`runs/${RUN}/setup.json`)).toBe('{}')
    expect(leaksIn(left, [...SECRETS, BASIC.slice('Basic '.length)])).toEqual([])
  })

  it('shows those of its proxy to the proxy alone, and keeps them nowhere', async () => {
    const asked: string[] = []
    const server = await httpServer(({ url, headers }, response) => {
      asked.push(`${url} ${headers['proxy-authorization'] ?? 'nobody'}`)
      response.end('{}')
    })
    const proxy = await proxyServer()
    const shown = `Basic ${Buffer.from('eve:pr0xy-pw').toString('base64')}`
    const http = { carrier: 'undici', proxy: proxy.origin.replace('://', '://eve:pr0xy-pw@') }
    const left = await ranInCloud(scenarioAt(server.origin.slice('http://'.length), http))
    const paths = ['/login', '/x?token=tok-4711', '/x?token=tok-4711', '/logout']
    expect(asked.filter((each) => !each.startsWith('/metrics'))).toEqual(
      paths.map((path) => `${path} nobody`),
    )
    expect(proxy.asked).toEqual(paths.map((path) => `GET ${server.origin}${path}`))
    expect(proxy.shown).toEqual([shown, shown, shown, shown])
    expect(JSON.parse(left.get(`runs/${RUN}/plan.json`) ?? '')).toMatchObject({
      carrier: 'undici',
      target: { proxy: proxy.origin.replace('://', '://***@') },
    })
    expect(leaksIn(left, ['pr0xy-pw', shown.slice('Basic '.length)])).toEqual([])
  })

  it('is refused where the request itself names credentials, which would be kept with it', async () => {
    const store = new MemoryStore()
    const permitted = { allowedHosts: [], chaosTemplates: [], maxBudgetUsd: 10, region: 'eu-central-1' }
    const request = { scenario: 'any', target: 'http://ann:s3cret-pw@127.0.0.1' }
    await expect(planRun(RUN, request, { store, clock: systemClock, permitted })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      mistakes: [
        {
          field: 'target',
          value: '"http://***@127.0.0.1"',
          limit:
            'must be without credentials, which would be kept with the run: give the scenario a target.environments entry with them, or http.headers',
          next: 'change it',
        },
      ],
    })
    expect(await leftIn(store)).toEqual(new Map())
  })
})
