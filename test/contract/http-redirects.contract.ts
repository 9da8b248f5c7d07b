import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { UserCookies } from '../../functions/generator/cookies/cookie-jar.ts'
import { type HttpClientMaker, HttpProbe, textOf } from './http-probe.ts'
import { httpServer } from './wire-server.ts'

/** Says what it was asked for. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request) body += chunk
  const { 'content-type': type, authorization, cookie } = request.headers
  response.end(
    JSON.stringify({ method: request.method, url: request.url, body, type, authorization, cookie }),
  )
}

/** How a client follows redirects. */
export function httpRedirectsContract(maker: HttpClientMaker): void {
  describe(`${maker.name} following redirects`, () => {
    it.each([
      [301, 'POST', 'GET', ''],
      [302, 'POST', 'GET', ''],
      [303, 'PUT', 'GET', ''],
      [307, 'POST', 'POST', 'body'],
      [308, 'PUT', 'PUT', 'body'],
    ])('after %i makes of a %s a %s', async (status, method, expected, body) => {
      const server = await httpServer((request, response) => {
        if (request.url !== '/from?x') return void echo(request, response)
        request.resume().on('end', () => response.writeHead(status, { location: '../to?y=1#part' }).end())
      })
      const probe = new HttpProbe(maker)
      const headers = { 'content-type': 'text/plain' }
      const last = await probe.request(`${server.origin}/from?x`, { method, body: 'body', headers })
      const type = body === '' ? undefined : 'text/plain'
      expect(JSON.parse(textOf(last))).toEqual({ method: expected, url: '/to?y=1', body, type })
      expect(probe.exchanges.map((exchange) => [exchange.method, exchange.status, exchange.url])).toEqual([
        [method, status, `${server.origin}/from?x`],
        [expected, 200, `${server.origin}/to?y=1`],
      ])
      expect(server.sockets).toHaveLength(1)
    })

    it.each([
      ['/café?q=ü', '/caf%C3%A9?q=%C3%BC'],
      ['/日本#teil', '/%E6%97%A5%E6%9C%AC'],
      ['caf%C3%A9 au lait', '/a/caf%C3%A9%20au%20lait'],
    ])('asks for %s in the bytes of its UTF-8', async (location, path) => {
      const server = await httpServer((request, response) => {
        if (request.url !== '/a/from') response.end(request.url)
        else response.writeHead(302, { location: Buffer.from(location).toString('latin1') }).end()
      })
      expect(textOf(await new HttpProbe(maker).request(`${server.origin}/a/from`))).toBe(path)
    })

    it('asks for a path that is not UTF-8 in the bytes it came in, as browsers do', async () => {
      const server = await httpServer((request, response) => {
        if (request.url !== '/') response.end(request.url)
        else response.writeHead(302, { location: '/caf\xe9' }).end()
      })
      expect(textOf(await new HttpProbe(maker).request(server.origin))).toBe('/caf%E9')
    })

    it('starts each hop when the one before has ended', async () => {
      const server = await httpServer((request, response) => {
        response.writeHead(request.url === '/end' ? 200 : 302, { location: '/end' }).end()
      })
      const probe = new HttpProbe(maker)
      await probe.request(server.origin)
      const [first, second] = probe.exchanges
      expect(second?.calledAtMs).toBe(first?.endedAtMs)
    })

    it('gives up a loop after the redirects that were allowed', async () => {
      const server = await httpServer((_, response) => response.writeHead(302, { location: '/' }).end())
      const probe = new HttpProbe(maker)
      const last = await probe.request(server.origin, { redirects: 3 })
      expect([last.status, last.error]).toEqual([0, 'too_many_redirects'])
      expect(probe.exchanges.map(({ status, error }) => [status, error])).toEqual([
        [302, undefined],
        [302, undefined],
        [302, undefined],
        [0, 'too_many_redirects'],
      ])
    })

    it('takes a redirect as the answer where none may be followed', async () => {
      const server = await httpServer((_, response) =>
        response.writeHead(302, { location: '/' }).end('moved'),
      )
      const exchange = await new HttpProbe(maker).request(server.origin, { redirects: 0 })
      expect([exchange.status, exchange.error, textOf(exchange)]).toEqual([302, undefined, 'moved'])
    })

    it('takes a redirect to nowhere as the answer', async () => {
      const server = await httpServer((_, response) => response.writeHead(302).end())
      expect((await new HttpProbe(maker).request(server.origin)).status).toBe(302)
    })

    it('fails where it leads to a host that is not allowed, which is no request', async () => {
      const server = await httpServer((_, response) => {
        response.writeHead(307, { location: 'http://evil.example.com/x' }).end()
      })
      const probe = new HttpProbe(maker)
      const last = await probe.request(server.origin)
      expect(last).toMatchObject({
        status: 0,
        error: 'target_not_allowed',
        sent: true,
        url: `${server.origin}/`,
      })
      expect(last.errorMessage).toContain('evil.example.com')
      expect(probe.exchanges).toEqual([last])
    })

    it.each([
      ['file:///etc/passwd', 'target_not_allowed'],
      ['http://[bad', 'malformed_response'],
    ])('fails on a redirect to %s as %s', async (location, errorClass) => {
      const server = await httpServer((_, response) => response.writeHead(302, { location }).end())
      expect((await new HttpProbe(maker).request(server.origin)).error).toBe(errorClass)
    })

    it('takes credentials along within an origin and leaves them behind at its border', async () => {
      const other = await httpServer(echo)
      const server = await httpServer((request, response) => {
        if (request.url === '/same') return void echo(request, response)
        response.writeHead(307, { location: request.url === '/in' ? '/same' : `${other.origin}/other` }).end()
      })
      const probe = new HttpProbe(maker)
      const headers = { authorization: 'Bearer secret', cookie: 'id=1', 'content-type': 'a/b' }
      const within = JSON.parse(textOf(await probe.request(`${server.origin}/in`, { headers })))
      expect(within).toMatchObject({ url: '/same', authorization: 'Bearer secret', cookie: 'id=1' })
      const across = JSON.parse(textOf(await probe.request(`${server.origin}/out`, { headers })))
      expect(across).toEqual({ method: 'GET', url: '/other', body: '', type: 'a/b' })
    })

    it('keeps the cookies of every hop and sends them to the next', async () => {
      const server = await httpServer((request, response) => {
        if (request.url === '/home') return void echo(request, response)
        response.writeHead(303, { location: '/home', 'set-cookie': 'session=s1; Path=/' }).end()
      })
      const cookies = new UserCookies(server.origin, () => 0)
      cookies.set('theme', 'dark')
      const last = await new HttpProbe(maker, { cookies }).request(`${server.origin}/login`, {
        method: 'POST',
      })
      expect(JSON.parse(textOf(last)).cookie).toBe('theme=dark; session=s1')
      expect(cookies.get('session')).toBe('s1')
    })

    it('counts the time of all hops against one deadline', async () => {
      const server = await httpServer((request, response) => {
        if (request.url === '/') response.writeHead(302, { location: '/never' }).end()
      })
      const probe = new HttpProbe(maker)
      expect((await probe.request(server.origin, { timeoutMs: 100 })).error).toBe('timeout')
      expect(probe.exchanges.map(({ status }) => status)).toEqual([302, 0])
    })
  })
}
