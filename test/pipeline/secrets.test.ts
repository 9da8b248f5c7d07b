import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FORMATS } from '../../lib/cli/report-formats.ts'
import { EXIT } from '../../lib/core/base/errors.ts'
import { decodeSnapshot } from '../../lib/core/results/snapshot.ts'
import { freshDirectory, type Outcome, volley } from './volley.ts'

const PASSWORD = 'pa55/wörd+€'
const SECRETS = {
  password: PASSWORD,
  'token of a query': 'tok-4711-abc',
  'key of a header': 'key_live_0815',
  'token of a source': 'src-token-99',
  'password in an absolute URL': 'builder-pw',
  'token in a response': 'resp-token-31337',
  'value of setup': 'from-setup-77',
  'cookie of a response': 'cookie-value-5150',
}

/** As they are, percent-encoded, in JSON and HTML, and in Base64, alone and in Basic credentials. */
const FORMS: [string, string][] = [
  ...Object.entries(SECRETS),
  ...[`ann:${PASSWORD}`, 'bob:builder-pw', ...Object.values(SECRETS)].flatMap(
    (secret): [string, string][] => [
      [`${secret}, percent-encoded`, encodeURIComponent(secret)],
      [`${secret}, in Base64`, Buffer.from(secret).toString('base64').replace(/=+$/, '')],
    ],
  ),
]

let directory: string
let server: Server
let port: number
const asked: string[] = []

beforeAll(async () => {
  directory = await freshDirectory()
  server = createServer((request, response) => {
    const { authorization, 'x-api-key': key } = request.headers
    asked.push(`${request.url} ${authorization} ${key}`)
    if (request.url === '/login') return void response.end('{"token":"from-setup-77"}')
    if (request.url?.startsWith('/away'))
      return void response
        .writeHead(302, { location: `http://bob:builder-pw@localhost:${port}/there?token=tok-4711-abc` })
        .end()
    response.setHeader('set-cookie', 'sid=cookie-value-5150')
    response.writeHead(request.url?.startsWith('/metrics') ? 403 : 500)
    response.end(
      JSON.stringify({
        error: `no access for ${authorization} with ${key} to http://ann:${PASSWORD}@db/x and ${request.url}`,
        access_token: 'resp-token-31337',
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections()))

const scenario = (): string => `import { defineScenario } from 'volley'
export default defineScenario({
  name: 'secretive',
  target: {},
  http: { headers: { 'X-Api-Key': 'key_live_0815' } },
  sources: { app: { kind: 'scrape', url: '/metrics?token=src-token-99', every: '1s', metrics: { jobs: { name: 'jobs' } } } },
  setup: async (vu) => (await vu.get('/login')).json(),
  teardown: async (vu) => { throw new Error('cannot log out with ' + vu.setup.token) },
  flows: { only: { run: async (vu) => {
    const absolute = 'http://bob:builder-pw@127.0.0.1:${port}/x?token=tok-4711-abc'
    console.log('going with', process.argv, absolute, { password: '${PASSWORD}' }, vu.setup)
    await vu.get(absolute)
    await vu.get('/x?token=tok-4711-abc', { name: 'GET /x?token=tok-4711-abc', tags: { via: absolute } })
    await vu.get('/away', { query: { api_key: 'tok-4711-abc' } })
    vu.check('served by ' + absolute, false)
    const lines = await vu.get('/x', { headers: { authorization: 'Bearer from-setup-77' } })
    await vu.websocket('ws://bob:builder-pw@127.0.0.1:${port}/chat?token=tok-4711-abc').catch(() => undefined)
    vu.fail('refused by ' + absolute, 'said ' + lines.text() + ' for ' + vu.setup.token)
  } } },
  profiles: { light: { executors: [{ executor: 'per-vu-iterations', users: 2, iterations: 2, maxDuration: '10s', gracefulStop: '1s' }] } },
})
`

/** Everything a run wrote, snapshots as what they hold. */
async function filesOf(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const name of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue
    const path = join(name.parentPath, name.name)
    const bytes = await readFile(path)
    const text = path.includes('/snapshots/') ? JSON.stringify(await decodeSnapshot(bytes)) : bytes.toString()
    files.set(path.slice(folder.length + 1), text)
  }
  return files
}

function leaksIn(texts: ReadonlyMap<string, string>): string[] {
  return [...texts].flatMap(([where, text]) =>
    FORMS.filter(([, form]) => text.includes(form)).map(([what]) => `${where} has the ${what}`),
  )
}

const said = (outcome: Outcome): Map<string, string> =>
  new Map([
    ['standard output', outcome.stdout],
    ['standard error', outcome.stderr],
  ])

describe('a run that knows many secrets', () => {
  it('uses them and tells none, in no file and on no terminal, nor when it is judged again', async () => {
    const file = join(directory, 'secretive.ts')
    await writeFile(file, scenario())
    const out = join(directory, 'out')
    const target = `http://ann:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`
    const log = join(directory, 'requests.csv')
    const run = await volley(
      'run',
      file,
      '--target',
      target,
      '--out',
      out,
      '--verbose',
      '--log-requests',
      log,
    )

    expect(run.code).toBe(EXIT.fail)
    const ann = `Basic ${Buffer.from(`ann:${PASSWORD}`).toString('base64')}`
    expect(asked).toContain(`/x?token=tok-4711-abc ${ann} key_live_0815`)
    expect(asked).toContain(`/metrics?token=src-token-99 ${ann} undefined`)
    expect(asked).toContain(
      `/there?token=tok-4711-abc Basic ${Buffer.from('bob:builder-pw').toString('base64')} undefined`,
    )
    expect(leaksIn(said(run))).toEqual([])
    const files = await filesOf(out)
    expect(files.size).toBeGreaterThan(10)
    expect(leaksIn(files)).toEqual([])
    expect(leaksIn(new Map([['the request log', await readFile(log, 'utf8')]]))).toEqual([])
    expect(files.get('plan.json')).toContain(`"url": "http://***@127.0.0.1:${port}"`)

    const again = await volley('report', out)
    expect([again.code, leaksIn(said(again))]).toEqual([EXIT.fail, []])
    for (const format of Object.keys(FORMATS))
      expect(leaksIn(said(await volley('report', out, '--format', format)))).toEqual([])
    expect(leaksIn(await filesOf(out))).toEqual([])
  })

  it('is planned and refused without telling them', async () => {
    const file = join(directory, 'secretive.ts')
    await writeFile(file, scenario())
    const secretive = ['--target', 'http://ann:builder-pw@127.0.0.1:1/?token=tok-4711-abc']
    for (const args of [
      ['plan', file, ...secretive],
      ['plan', file, ...secretive, '--json'],
      ['run', file, ...secretive, '--out', join(directory, 'unreachable')],
      ['run', file, '--target', 'ftp://ann:builder-pw@host', '--out', join(directory, 'no-target')],
      ['run', file, '--target', 'http://ann:builder-pw/@host', '--out', join(directory, 'no-url')],
      ['run', file, '--target', 'http://ann:builder-pw%@host', '--out', join(directory, 'no-password')],
      ['start', file, ...secretive, '--endpoint', 'http://ann:builder-pw@127.0.0.1:1'],
    ])
      expect(leaksIn(said(await volley(...args)))).toEqual([])
  })
})
