import { getEventListeners } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type LinkSettings, MessageLink } from '../../functions/generator/messages/message-link.ts'
import { tcpOpener } from '../../functions/generator/messages/tcp.ts'
import { dial } from '../../functions/generator/net/dial.ts'
import { createGuard } from '../../functions/generator/net/target-guard.ts'
import { tcpUrl } from '../../functions/generator/net/tcp-address.ts'
import { createTlsOptions } from '../../functions/generator/net/tls-options.ts'
import { Deadlines } from '../../functions/generator/time/deadlines.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { Told } from './told.ts'
import { certificate, key, lineServer, listening, refusedOrigin } from './wire-server.ts'

interface Options extends Partial<LinkSettings> {
  maxMessageBytes?: number
  tls?: ReturnType<typeof createTlsOptions>
}

const TLS = createTlsOptions({ insecure: false, ca: certificate })
const PATIENCE = { attempts: 3, backoff: '5ms', maxBackoff: '20ms' }

async function open(address: string, told = new Told(), options: Options = {}): Promise<MessageLink> {
  const { maxMessageBytes = 1_000_000, tls = TLS, ...settings } = options
  const { now } = systemClock
  const guard = createGuard({ allow: [] })
  const link = new MessageLink({
    ...{ kind: 'tcp', timeoutMs: 10_000, seed: 1, now, events: told.events },
    deadlines: new Deadlines(now),
    ...settings,
  })
  await link.begin(
    tcpOpener({ url: tcpUrl(address, 'http://127.0.0.1'), maxMessageBytes, guard, tls, dial, now }),
  )
  onTestFinished(() => link.close())
  return link
}

/** Sends back each line that it reads. */
const echo = (line: string, socket: Socket): void => void socket.write(`${line}\n`)

/** The other side of the first connection. */
async function peerOf(server: { sockets: Socket[] }): Promise<Socket> {
  await vi.waitFor(() => expect(server.sockets.length).toBeGreaterThan(0))
  return server.sockets[0] as Socket
}

const address = ({ origin }: { origin: string }): string => origin.replace('http', 'tcp')

describe('opening a TCP connection', () => {
  it('tells how long it took, in parts', async () => {
    const server = await lineServer(echo)
    let nowMs = 0
    const now = (): number => (nowMs += 5)
    const guard = createGuard({ allow: [] })
    const wiring = { maxMessageBytes: 100, guard, tls: TLS, dial, now }
    const link = new MessageLink({
      ...{ kind: 'tcp', timeoutMs: 1_000, seed: 1, now, events: new Told().events },
      deadlines: new Deadlines(now),
    })
    const openTransport = tcpOpener({ url: tcpUrl(address(server), 'http://127.0.0.1'), ...wiring })
    expect(await link.begin(openTransport)).toMatchObject({ connectMs: 5 })
    await link.close()
  })

  it('works over TLS, which it names the host to and offers no protocol', async () => {
    const offered: unknown[] = []
    const server = createTlsServer({ cert: certificate, key }, (socket) => {
      offered.push(socket.alpnProtocol)
      socket.on('data', (data) => socket.write(data))
    })
    const { origin } = await listening(server, 'tls')
    const link = await open(origin)
    expect((await link.request('grüße')).data).toBe('grüße')
    expect(offered).toEqual([false])
  })

  it.each([
    ['connection_refused', 'nothing listens', async () => (await refusedOrigin()).replace('http', 'tcp')],
    ['target_not_allowed', 'the host is not allowed', async () => 'tcp://chat.example.com:9'],
    ['target_not_allowed', 'it is a metadata address, in other words', async () => 'tcp://0xa9fea9fe:80'],
    [
      'tls_handshake',
      'the server speaks no TLS',
      async () =>
        address(await lineServer((_, socket) => void socket.write('no\n'), 'hello\n')).replace('tcp', 'tls'),
    ],
    [
      'connect_timeout',
      'the handshake never ends',
      async () => address(await lineServer(() => undefined)).replace('tcp', 'tls'),
    ],
  ])('is %s where %s', async (errorClass, _, where) => {
    const timeoutMs = errorClass === 'connect_timeout' ? 50 : 10_000
    await expect(open(await where(), new Told(), { timeoutMs })).rejects.toMatchObject({
      name: 'FlowError',
      errorClass,
    })
  })

  it('is tls_certificate where no known authority signed', async () => {
    const { origin } = await listening(createTlsServer({ cert: certificate, key }), 'tls')
    const tls = createTlsOptions({ insecure: false })
    await expect(open(origin, new Told(), { tls })).rejects.toMatchObject({ errorClass: 'tls_certificate' })
  })

  it.each(['localhost', 'http://127.0.0.1:80', ':', ':99999', 'tcp://user@host:1', 'tcp://a:1/path'])(
    'refuses %s as an address',
    (text) =>
      expect(() => tcpUrl(text, 'http://127.0.0.1')).toThrow(/is no address such as tcp:\/\/host:9001/),
  )

  it.each([
    [':9001', 'http://[::1]:9001/'],
    ['tls://:9001', 'https://[::1]:9001/'],
    ['example.com:9001', 'http://example.com:9001/'],
    ['tls://[::2]:9001', 'https://[::2]:9001/'],
    ['tcp:', 'http://[::1]/'],
    ['tls:', 'https://[::1]:80/'],
  ])('reads %s as %s', (text, url) => expect(tcpUrl(text, 'http://[::1]:80').href).toBe(url))
})

describe('messages over TCP', () => {
  it('are lines of text, bytes or JSON, counted with their ends', async () => {
    const told = new Told()
    const link = await open(address(await lineServer(echo)), told)
    link.send('größe')
    link.send(Buffer.from('raw'))
    link.send({ id: 1 })
    const got = [await link.receive(), await link.receive(), await link.receive()]
    expect(got.map(({ data }) => data)).toEqual(['größe', 'raw', '{"id":1}'])
    expect([told.sent, told.received]).toEqual([
      [8, 4, 9],
      [8, 4, 9],
    ])
  })

  it('are whole however the bytes come, with CR or without', async () => {
    const server = await lineServer(() => undefined)
    const link = await open(address(server))
    const peer = await peerOf(server)
    peer.setNoDelay(true)
    for (const byte of Buffer.from('größe\r\nb\n')) {
      peer.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect([(await link.receive()).data, (await link.receive()).data]).toEqual(['größe', 'b'])
  })

  it('cannot hold a line break', async () => {
    const link = await open(address(await lineServer(echo)))
    expect(() => link.send('a\nb')).toThrow(expect.objectContaining({ errorClass: 'bad_request_options' }))
    expect((await link.request('whole')).data).toBe('whole')
  })

  it('answer requests by their ids, in any order', async () => {
    const told = new Told()
    const held: string[] = []
    const server = await lineServer((line, socket) => {
      if (held.push(line) === 3) for (const each of held.reverse()) socket.write(`${each}\n`)
    })
    const idOf = (message: unknown): number => (message as { id: number }).id
    const link = await open(address(server), told, { idOf })
    const answers = await Promise.all([1, 2, 3].map((id) => link.request({ id, text: `n${id}` })))
    expect(answers.map((answer) => answer.json())).toEqual([1, 2, 3].map((id) => ({ id, text: `n${id}` })))
    expect(told.rtts).toHaveLength(3)
  })

  it('refuse a second request with an id that is waited for, and one without', async () => {
    const idOf = (message: unknown): number | undefined => (message as { id?: number }).id
    const link = await open(address(await lineServer(() => undefined)), new Told(), { idOf })
    const first = link.request({ id: 1 }, { timeout: '50ms' })
    await expect(link.request({ id: 1 })).rejects.toMatchObject({ errorClass: 'bad_request_options' })
    for (const wrong of [{}, 'no JSON'])
      await expect(link.request(wrong)).rejects.toMatchObject({ errorClass: 'bad_request_options' })
    await expect(first).rejects.toMatchObject({ errorClass: 'tcp_timeout' })
  })

  it('answer requests in order where nothing else is said, and a late answer is no other’s', async () => {
    const server = await lineServer(() => undefined)
    const told = new Told()
    const link = await open(address(server), told)
    await expect(link.request('one', { timeout: '20ms' })).rejects.toMatchObject({
      errorClass: 'tcp_timeout',
      message: 'no matching message within 20 ms',
    })
    const second = link.request('two')
    const peer = await peerOf(server)
    peer.write('answer one\nanswer two\n')
    expect((await second).data).toBe('answer two')
    expect(told.rtts).toHaveLength(1)
  })

  it('that are pushed tell how long they took', async () => {
    const told = new Told()
    const server = await lineServer((_, socket) => void socket.write('{"sentAt":900}\n{"other":1}\n'))
    const link = await open(address(server), told, {
      now: () => 1_100,
      pushedAt: (message) => message.json<{ sentAt?: number }>().sentAt,
    })
    link.send('go')
    await link.receive()
    await link.receive()
    expect(told.pushes).toEqual([200])
  })

  it('nobody reads take up sixteen megabytes at most, the oldest dropped and counted', async () => {
    const told = new Told()
    const server = await lineServer((_, socket) => {
      for (let i = 0; i < 20; i++) socket.write(`${String(i).padEnd(1_000_000)}\n`)
    })
    const link = await open(address(server), told, { maxMessageBytes: 1_000_000 })
    link.send('go')
    await vi.waitFor(() => expect(told.received).toHaveLength(20), 10_000)
    expect(told.dropped).toBe(4)
    expect(String((await link.receive()).data).trim()).toBe('4')
  })
})

describe('a TCP connection that goes wrong', () => {
  const idOf = (message: unknown): number => (message as { id: number }).id

  it.each([
    ['tcp_closed', 'the peer ends it', (peer: Socket) => void peer.end()],
    ['connection_reset', 'the peer resets it', (peer: Socket) => void peer.resetAndDestroy()],
    [
      'connection_closed',
      'it ends in the midst of a message',
      (peer: Socket) => void peer.end('half a mess'),
    ],
    ['message_too_large', 'a line never ends', (peer: Socket) => void peer.write('x'.repeat(2_000_000))],
    ['malformed_message', 'a line is no JSON', (peer: Socket) => void peer.write('HTTP/1.1 400\n')],
  ])('is %s where %s', async (errorClass, _, spoil) => {
    const told = new Told()
    const server = await lineServer((__, socket) => spoil(socket))
    const link = await open(address(server), told, { idOf })
    await expect(link.request({ id: 1 })).rejects.toMatchObject({ name: 'FlowError', errorClass })
    expect(told.closed).toEqual([errorClass])
    expect(link.open).toBe(false)
    await expect(link.receive()).rejects.toMatchObject({ errorClass })
    expect(() => link.send('x')).toThrow(expect.objectContaining({ errorClass }))
  })

  it('has ended in good order where nobody waits for an answer', async () => {
    const told = new Told()
    const server = await lineServer((_, socket) => void socket.end('bye\n'))
    const link = await open(address(server), told)
    link.send('x')
    await vi.waitFor(() => expect(told.closed).toEqual([undefined]))
    expect((await link.receive()).data).toBe('bye')
    await expect(link.receive()).rejects.toMatchObject({ errorClass: 'tcp_closed' })
  })

  it('lets no more than sixteen megabytes wait for a peer that does not read', async () => {
    const server = await lineServer(() => undefined)
    const link = await open(address(server))
    ;(await peerOf(server)).pause()
    const megabyte = 'x'.repeat(1_000_000)
    const flood = (): void => {
      for (let i = 0; i < 40; i++) link.send(megabyte)
    }
    expect(flood).toThrow(expect.objectContaining({ errorClass: 'peer_too_slow' }))
    expect(link.open).toBe(true)
  })

  it('is interrupted by the signal, and lets go of it', async () => {
    const abort = new AbortController()
    const told = new Told()
    const server = await lineServer(() => undefined)
    const link = await open(address(server), told, { signal: abort.signal })
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1)
    const request = link.request('x')
    abort.abort()
    await expect(request).rejects.toMatchObject({ errorClass: 'interrupted' })
    await vi.waitFor(() => expect(server.sockets[0]?.destroyed).toBe(true))
    expect([told.closed, getEventListeners(abort.signal, 'abort').length]).toEqual([[undefined], 0])
  })
})

describe('closing a TCP connection', () => {
  it('can be done for one direction: what the peer still sends is read', async () => {
    const told = new Told()
    const heard: string[] = []
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('data', (data) => heard.push(String(data)))
      socket.on('end', () => void socket.end('last\n'))
    })
    const { origin } = await listening(server, 'tcp')
    const link = await open(origin, told)
    link.send('first')
    link.end()
    expect(() => link.send('more')).toThrow(expect.objectContaining({ errorClass: 'tcp_closed' }))
    expect((await link.receive()).data).toBe('last')
    await vi.waitFor(() => expect(told.closed).toEqual([undefined]))
    expect(heard).toEqual(['first\n'])
  })

  it('takes a second at most where the peer keeps it open', async () => {
    const told = new Told()
    const { origin } = await listening(createServer({ allowHalfOpen: true }), 'tcp')
    const link = await open(origin, told)
    await Promise.all([link.close(), link.close()])
    expect(told.closed).toEqual([undefined])
  })
})

describe('a TCP connection that comes back', () => {
  /** Ends its first connections, then serves. */
  function flaky(failures: number): Promise<{ origin: string; sockets: Socket[]; server: Server }> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      const doomed = listened.sockets.length < failures
      socket.on('data', (data) => (doomed ? socket.resetAndDestroy() : socket.write(data)))
    })
    let listened: { origin: string; sockets: Socket[]; server: Server }
    return listening(server, 'tcp').then((done) => (listened = done))
  }

  it('fails what waits, is counted, and serves what waits for it', async () => {
    const told = new Told()
    const reconnected: string[] = []
    const { origin, sockets } = await flaky(1)
    const link: MessageLink = await open(origin, told, {
      reconnect: PATIENCE,
      onReconnected: () => {
        reconnected.push('again')
        link.send('hello again')
      },
    })
    await expect(link.request('one')).rejects.toMatchObject({ errorClass: 'connection_reset' })
    expect(link.open).toBe(false)
    expect((await link.request('two', { match: ({ data }) => data === 'two' })).data).toBe('two')
    expect((await link.receive()).data).toBe('hello again')
    expect([told.reconnects.length, told.closed, reconnected, sockets.length]).toEqual([1, [], ['again'], 2])
    await link.close()
    expect(told.closed).toEqual([undefined])
  })

  it('is given up after its tries, with why the last one failed', async () => {
    const told = new Told()
    const { origin, server, sockets } = await flaky(9)
    const link = await open(origin, told, { reconnect: PATIENCE })
    server.close()
    await expect(link.request('one')).rejects.toMatchObject({ errorClass: 'connection_reset' })
    await expect(link.request('two')).rejects.toMatchObject({ errorClass: 'connection_refused' })
    expect([told.reconnects, told.closed, sockets.length]).toEqual([[], ['connection_refused'], 1])
  })

  it('does not come back once it is closed', async () => {
    const told = new Told()
    const { origin, sockets } = await flaky(1)
    const link = await open(origin, told, { reconnect: { ...PATIENCE, backoff: '50ms' } })
    await expect(link.request('one')).rejects.toMatchObject({ errorClass: 'connection_reset' })
    await link.close()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([told.closed, sockets.length]).toEqual([[undefined], 1])
  })
})
