import type { IncomingMessage } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { ProtocolClient } from '../../functions/generator/user/user-services.ts'
import { httpFetchText } from '../../lib/adapters/metrics-source/fetch-text.ts'
import { sourceUrl } from '../../lib/adapters/metrics-source/source-url.ts'
import { probeSession, WITHIN } from './session-probe.ts'
import { httpServer, listening, type WireServer } from './wire-server.ts'

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`
const ANN = basic('ann:s3cret')
const BOB = basic('bob:builder')

/** What a request said of who asks. */
interface Asked {
  url: string
  authorization: string | undefined
  apiKey: string | undefined
  team: string | undefined
}

/** Keeps what it is asked with, whatever the protocol; `/to?…` redirects to what follows the question mark. */
async function witness(): Promise<WireServer & { asked: Asked[] }> {
  const asked: Asked[] = []
  const keep = ({ url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>): void => {
    const { authorization, 'x-api-key': apiKey, 'x-team': team } = headers
    asked.push({ url, authorization, apiKey: apiKey as string, team: team as string })
  }
  const server = await httpServer((request, response) => {
    keep(request)
    const url = request.url ?? ''
    if (url.startsWith('/to?')) response.writeHead(307, { location: decodeURIComponent(url.slice(4)) }).end()
    else if (url === '/events') response.setHeader('content-type', 'text/event-stream').end('data: 1\n\n')
    else response.setHeader('content-type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":1}')
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.server.on('upgrade', (request, socket, head) => {
    keep(request)
    sockets.handleUpgrade(request, socket, head, () => undefined)
  })
  return { ...server, asked }
}

const as = (credentials: string, origin: string): string => origin.replace('://', `://${credentials}@`)

type Ask = (session: ProtocolClient, url: string) => Promise<unknown>
const PROTOCOLS: readonly (readonly [string, Ask])[] = [
  ['a request', (session, url) => session.request('GET', `${url}/x`, {}, WITHIN)],
  ['a stream', (session, url) => session.stream('GET', `${url}/events`, {}, WITHIN)],
  [
    'a WebSocket',
    async (session, url) => {
      const socket = await session.openSocket(`${url.replace('http', 'ws')}/x`, {}, WITHIN)
      await socket.close()
    },
  ],
  ['a call over HTTP', async (session, url) => (await session.openRpc(`${url}/x`, {}, WITHIN)).call('ping')],
]

describe.each(PROTOCOLS)('the credentials of %s', (_name, ask) => {
  const headers = { 'X-Api-Key': 'k-1', 'X-Team': 'blue' }
  const target = { authorization: ANN, apiKey: 'k-1', team: 'blue' }

  it('are those of the target at the target', async () => {
    const server = await witness()
    const { session } = probeSession(as('ann:s3cret', server.origin), { headers })
    await ask(session, '')
    await ask(session, server.origin)
    expect(server.asked).toEqual([expect.objectContaining(target), expect.objectContaining(target)])
  })

  it('stay at the target, while headers that are no secrets go everywhere', async () => {
    const server = await witness()
    const { session } = probeSession(as('ann:s3cret', (await witness()).origin), { headers })
    await ask(session, server.origin)
    expect(server.asked).toMatchObject([{ authorization: undefined, apiKey: undefined, team: 'blue' }])
  })

  it('are those of an absolute URL where it has its own, also at the target', async () => {
    const server = await witness()
    const { session } = probeSession(as('ann:s3cret', (await witness()).origin), { headers })
    await ask(session, as('bob:builder', server.origin))
    const atTarget = probeSession(as('ann:s3cret', server.origin), { headers })
    await ask(atTarget.session, as('bob:builder', server.origin))
    expect(server.asked).toMatchObject([
      { authorization: BOB, apiKey: undefined },
      { authorization: BOB, apiKey: 'k-1' },
    ])
    expect(server.asked.map(({ url }) => url).join()).not.toContain('bob')
  })
})

describe('the credentials of a request', () => {
  const get = (session: ProtocolClient, path: string, headers?: Record<string, string>) =>
    session.request('GET', path, headers ? { headers } : {}, WITHIN)

  it('are those that the flow writes, whatever the URLs say', async () => {
    const server = await witness()
    const { session } = probeSession(as('ann:s3cret', server.origin))
    await get(session, '/x', { Authorization: 'Bearer own' })
    await get(session, as('bob:builder', server.origin), { Authorization: 'Bearer own' })
    expect(server.asked.map(({ authorization }) => authorization)).toEqual(['Bearer own', 'Bearer own'])
  })

  it('take a password in UTF-8, and a user name or a password alone', async () => {
    const server = await witness()
    for (const written of ['%C3%A4nn:p%C3%A4ss%25%40%3A', 'token', ':secret'])
      await get(probeSession(as(written, server.origin)).session, '/x')
    expect(server.asked.map(({ authorization }) => authorization)).toEqual([
      basic('änn:päss%@:'),
      basic('token:'),
      basic(':secret'),
    ])
  })

  it('are refused where a flow writes them in a way that no one can read', async () => {
    const { session } = probeSession('http://127.0.0.1:1')
    await expect(get(session, 'http://ann:100%@127.0.0.1:1/x')).rejects.toMatchObject({
      errorClass: 'bad_request_options',
      message:
        'http://***@127.0.0.1:1/x has a user name or password that is not percent-encoded UTF-8, where a % is %25 and an @ is %40',
    })
  })

  it('do not follow a redirect to another origin, whoever gave them', async () => {
    const [server, other] = [await witness(), await witness()]
    const { session } = probeSession(as('ann:s3cret', server.origin), {
      headers: { 'X-Api-Key': 'k-1', 'X-Team': 'blue' },
    })
    const away = `/to?${encodeURIComponent(`${other.origin}/x`)}`
    await get(session, away)
    await get(session, away, { Authorization: 'Bearer own', 'X-Auth-Token': 't', Cookie: 'a=1' })
    await get(session, as('bob:builder', server.origin) + away)
    expect(other.asked.map(({ authorization, apiKey, team }) => [authorization, apiKey, team])).toEqual([
      [undefined, undefined, 'blue'],
      [undefined, undefined, 'blue'],
      [undefined, undefined, 'blue'],
    ])
  })

  it('are those of the target again where a redirect leads back to it', async () => {
    const [server, other] = [await witness(), await witness()]
    const { session } = probeSession(as('ann:s3cret', server.origin))
    const back = `${other.origin}/to?${encodeURIComponent(`${server.origin}/back`)}`
    await get(session, `/to?${encodeURIComponent(back)}`)
    await get(session, back, { Authorization: 'Bearer own' })
    expect(server.asked.filter(({ url }) => url === '/back')).toMatchObject([
      { authorization: ANN },
      { authorization: ANN },
    ])
  })

  it('are those that a redirect names, and leave its URL', async () => {
    const [server, other] = [await witness(), await witness()]
    const { session } = probeSession(as('ann:s3cret', server.origin))
    await get(session, `/to?${encodeURIComponent(`${as('bob:builder', other.origin)}/x`)}`)
    expect(other.asked).toMatchObject([{ url: '/x', authorization: BOB }])
  })

  it('are kept apart over HTTP/2, too', async () => {
    const asked: (string | undefined)[] = []
    const server = createHttp2Server((request, response) => {
      asked.push(request.headers.authorization)
      response.end()
    })
    const { origin } = await listening(server, 'http')
    await get(probeSession(as('ann:s3cret', origin), { version: '2' }).session, '/x')
    const { session } = probeSession(as('ann:s3cret', 'http://127.0.0.1:1'), { version: '2' })
    await get(session, `${origin}/x`)
    await get(session, `${as('bob:builder', origin)}/x`)
    expect(asked).toEqual([ANN, undefined, BOB])
  })
})

describe('the credentials of a source of metrics', () => {
  it('are those of the target at its own origin alone, unless the URL has its own', async () => {
    const [server, other] = [await witness(), await witness()]
    const target = `${as('ann:s%C3%A9%25', server.origin)}/base/`
    const fetch = httpFetchText()
    for (const url of ['/metrics', server.origin, as('bob:builder', server.origin), other.origin])
      await fetch(sourceUrl(url, target).href)
    expect(server.asked.map(({ authorization }) => authorization)).toEqual([
      basic('ann:sé%'),
      basic('ann:sé%'),
      BOB,
    ])
    expect(other.asked.map(({ authorization }) => authorization)).toEqual([undefined])
  })
})
