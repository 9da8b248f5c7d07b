import { hash } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import type { SocketOptions } from '../../lib/core/scenario/flow.ts'
import { probeSession, type SessionProbe, WITHIN } from './session-probe.ts'
import { httpServer, type WireServer } from './wire-server.ts'

const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Takes every upgrade with these headers more, and keeps what it was asked with; answers requests with their cookies. */
async function server(
  more: (request: IncomingMessage) => string[] = () => [],
): Promise<WireServer & { asked: IncomingHttpHeaders[] }> {
  const asked: IncomingHttpHeaders[] = []
  const started = await httpServer((request, response) => {
    if (request.url === '/login') response.setHeader('set-cookie', ['sid=1', 'theme=dark; Path=/chat'])
    response.end(request.headers.cookie ?? '')
  })
  started.server.on('upgrade', (request: IncomingMessage, socket) => {
    asked.push(request.headers)
    const accept = hash('sha1', `${request.headers['sec-websocket-key']}${ACCEPT_SUFFIX}`, 'base64')
    const lines = ['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket', 'connection: upgrade']
    socket.write(`${[...lines, `sec-websocket-accept: ${accept}`, ...more(request)].join('\r\n')}\r\n\r\n`)
  })
  return { ...started, asked }
}

const open = (probe: SessionProbe, path = '/chat', options: SocketOptions = {}) =>
  probe.session.openSocket(path, options, WITHIN)
const get = async (probe: SessionProbe, path: string): Promise<string> =>
  (await probe.session.request('GET', path, {}, WITHIN)).text()

describe('the handshake of a WebSocket', () => {
  it('sends the cookies that requests would send, behind those of the flow', async () => {
    const { origin, asked } = await server()
    const probe = probeSession(origin)
    await get(probe, '/login')
    await open(probe, '/chat/den?x=1')
    await open(probe, '/elsewhere', { headers: { Cookie: 'own=1' } })
    expect(asked.map(({ cookie }) => cookie)).toEqual(['theme=dark; sid=1', 'own=1; sid=1'])
  })

  it('fills the cookies of the user, also where it opens nothing', async () => {
    const { origin } = await server(() => ['set-cookie: ws=1; Path=/', 'set-cookie: chat=2'])
    const probe = probeSession(origin)
    await open(probe, '/chat/den')
    expect([await get(probe, '/'), await get(probe, '/chat/x')]).toEqual(['ws=1', 'chat=2; ws=1'])

    const refusing = await httpServer((request, response) => {
      if (request.url !== '/chat') response.end(request.headers.cookie)
      else response.writeHead(401, { 'set-cookie': 'challenge=abc; HttpOnly' }).end()
    })
    const refused = probeSession(refusing.origin)
    await expect(open(refused)).rejects.toMatchObject({ errorClass: 'ws_refused' })
    expect(await get(refused, '/')).toBe('challenge=abc')
  })

  it('keeps what an answer set that is refused for another reason', async () => {
    const { origin } = await server(() => ['set-cookie: a=1', 'sec-websocket-extensions: permessage-deflate'])
    const probe = probeSession(origin)
    await expect(open(probe)).rejects.toMatchObject({ errorClass: 'ws_refused' })
    expect(await get(probe, '/')).toBe('a=1')
  })

  it('has its cookies on ::1, too', async () => {
    const asked: (string | undefined)[] = []
    const sockets = new WebSocketServer({ noServer: true })
    const started = await httpServer((_, response) => response.setHeader('set-cookie', 'a=1; Secure').end())
    started.server.on('upgrade', (request, socket, head) => {
      asked.push(request.headers.cookie)
      sockets.handleUpgrade(request, socket, head, () => undefined)
    })
    const { port } = started.server.address() as AddressInfo
    const forwarding = createServer((socket) => void started.server.emit('connection', socket))
    await new Promise<void>((resolve) => forwarding.listen(port, '::1', resolve))
    onTestFinished(() => new Promise((resolve) => void forwarding.close(() => resolve())))
    const probe = probeSession(`http://[::1]:${port}`)
    await get(probe, '/')
    await (await open(probe)).close()
    expect(asked).toEqual(['a=1'])
  })

  it('offers protocols in order and tells which one the server chose', async () => {
    const { origin, asked } = await server(({ headers }) =>
      headers['sec-websocket-protocol'] === undefined ? [] : ['sec-websocket-protocol: b'],
    )
    const probe = probeSession(origin)
    const chosen = await open(probe, '/chat', { protocols: ['a', 'b'] })
    const none = await open(probe)
    expect([chosen.protocol, none.protocol]).toEqual(['b', ''])
    expect(asked.map((headers) => headers['sec-websocket-protocol'])).toEqual(['a,b', undefined])
  })

  it('follows no redirect', async () => {
    const other = await server()
    const redirecting = await httpServer((_, response) =>
      response.writeHead(302, { location: `${other.origin}/chat` }).end(),
    )
    await expect(open(probeSession(redirecting.origin))).rejects.toMatchObject({
      errorClass: 'ws_refused',
      message: 'answered 302 instead of opening a WebSocket',
    })
    expect(other.asked).toEqual([])
  })

  it.each([
    ['sec-websocket-protocol', 'a', ': use protocols'],
    ['Sec-WebSocket-Extensions', 'permessage-deflate', ''],
    ['sec-websocket-key', 'abc', ''],
    ['Connection', 'close', ''],
    ['content-length', '5', ''],
  ])('is not begun where a flow sets %s itself', async (name, value, advice) => {
    const { origin, asked } = await server()
    await expect(open(probeSession(origin), '/chat', { headers: { [name]: value } })).rejects.toMatchObject({
      errorClass: 'bad_request_options',
      message: `a flow cannot set the header ${name.toLowerCase()} of a WebSocket${advice}`,
    })
    expect(asked).toEqual([])
  })

  it.each([
    ['transfer-encoding', 'chunked'],
    ['x y', '1'],
    ['x', 'a\r\nb: c'],
  ])('refuses the header %j as requests do', async (name, value) => {
    const probe = probeSession('http://127.0.0.1:9')
    const headers = { [name]: value }
    const asRequest = await probe.session.request('GET', '/', { headers }, WITHIN).catch((error) => error)
    const asSocket = await open(probe, '/', { headers }).catch((error) => error)
    expect(asSocket.errorClass).toBe('bad_request_options')
    expect(asSocket.message).toBe(asRequest.message)
  })

  it('says itself what the headers of all requests say of connections', async () => {
    const { origin, asked } = await server()
    await open(probeSession(origin, { headers: { Connection: 'close', 'X-Team': 'blue' } }))
    expect(asked).toMatchObject([{ connection: 'Upgrade', 'x-team': 'blue' }])
    expect(asked[0]).not.toHaveProperty('accept-encoding')
  })

  it('says what the flow says of encodings, as browsers do', async () => {
    const { origin, asked } = await server()
    await open(probeSession(origin), '/chat', { headers: { 'Accept-Encoding': 'br' } })
    expect(asked).toMatchObject([{ 'accept-encoding': 'br' }])
  })
})
