import { describe, expect, it } from 'vitest'
import { httpSender } from '../../lib/adapters/http-sender.ts'
import { proxyServer } from './proxy-server.ts'
import { httpServer, httpsServer, rawServer, refusedOrigin, type WireServer } from './wire-server.ts'

const get = (server: Pick<WireServer, 'origin'>, path = '/') =>
  ({ method: 'GET', url: new URL(path, server.origin), timeoutMs: 5_000 }) as const

describe('a request that is no load', () => {
  it('sends its method, headers and body, and reads status, headers and text of the reply', async () => {
    const server = await httpServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk) => chunks.push(chunk))
      request.on('end', () => {
        response.setHeader('x-a', ['1', '2']).writeHead(201)
        const { 'x-own': own, 'user-agent': agent } = request.headers
        response.end(JSON.stringify([request.method, request.url, own, agent, String(Buffer.concat(chunks))]))
      })
    })
    const reply = await httpSender()({
      ...get(server, '/a%20b?c=%C3%A4'),
      method: 'POST',
      headers: { 'x-own': 'yes' },
      body: new TextEncoder().encode('grüße'),
    })
    expect([reply.status, reply.header('x-a'), reply.header('x-b')]).toEqual([201, '1, 2', undefined])
    expect(JSON.parse(reply.body)).toEqual(['POST', '/a%20b?c=%C3%A4', 'yes', 'volley', 'grüße'])
  })

  it('turns the user name and password of its URL into Basic authorization', async () => {
    const server = await httpServer(({ headers }, response) => void response.end(headers.authorization))
    const url = new URL(server.origin.replace('://', '://ann:s3%C3%A4@'))
    const { body } = await httpSender()({ method: 'GET', url, timeoutMs: 5_000 })
    expect(body).toBe(`Basic ${Buffer.from('ann:s3ä').toString('base64')}`)
  })

  it('follows no redirect', async () => {
    const server = await httpServer((_, response) => void response.writeHead(302, { location: '/b' }).end())
    const { status, header } = await httpSender()(get(server))
    expect([status, header('location')]).toEqual([302, '/b'])
  })

  it.each([
    [true, 1],
    [false, 3],
  ])(
    'opens its connections by what is kept: keepAlive %s, %i for three requests',
    async (keepAlive, connections) => {
      const server = await httpServer((_, response) => void response.end('x'))
      const send = httpSender({ keepAlive })
      for (let i = 0; i < 3; i++) {
        await send(get(server))
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(server.sockets).toHaveLength(connections)
    },
  )

  it.each([
    ['before the head', ''],
    ['in the body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'],
  ])('ends at its time limit where a server stalls %s', async (_, answer) => {
    const server = await rawServer((socket) => socket.write(answer))
    await expect(httpSender()({ ...get(server), timeoutMs: 50 })).rejects.toThrow(
      /^no answer within 0\.05 s$/,
    )
  })

  it('takes no longer body than allowed', async () => {
    const server = await httpServer((_, response) => void response.end('x'.repeat(11)))
    await expect(httpSender({ maxBodyBytes: 10 })(get(server))).rejects.toThrow(
      'the answer is larger than 10 B',
    )
    expect((await httpSender({ maxBodyBytes: 11 })(get(server))).body).toHaveLength(11)
  })

  it('says why nothing answers, also where each address of a name refuses', async () => {
    const origin = await refusedOrigin()
    await expect(httpSender()(get({ origin }))).rejects.toThrow('connect ECONNREFUSED 127.0.0.1')
    const named = { origin: origin.replace('127.0.0.1', 'two.localhost') }
    const two = [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]
    const send = httpSender({ lookup: (_, __, done) => done(null, two) })
    await expect(send(get(named))).rejects.toThrow('connect ECONNREFUSED 127.0.0.1')
  })

  it('goes through the proxies of the environment where Node itself is to use them', async () => {
    const server = await httpsServer((_, response) => void response.end('x'))
    const proxy = await proxyServer()
    const send = (environment: NodeJS.ProcessEnv): Promise<unknown> =>
      httpSender({ environment })(get(server)).catch(() => 'the certificate is refused')
    const HTTPS_PROXY = proxy.origin
    await send({ HTTPS_PROXY })
    await send({ HTTPS_PROXY, NODE_USE_ENV_PROXY: '1', NO_PROXY: '127.0.0.1' })
    expect(proxy.asked).toEqual([])
    await send({ HTTPS_PROXY, NODE_USE_ENV_PROXY: '1' })
    expect(proxy.asked).toEqual([`CONNECT ${server.origin.replace('https://', '')}`])
  })

  it('is made over http: and https: alone', async () => {
    await expect(httpSender()(get({ origin: 'ftp://127.0.0.1' }))).rejects.toThrow(
      'ftp: is neither http: nor https:',
    )
  })
})
