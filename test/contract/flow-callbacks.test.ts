import { describe, expect, it } from 'vitest'
import type { TcpOptions } from '../../lib/core/scenario/flow.ts'
import { probeSession, WITHIN } from './session-probe.ts'
import { httpServer, lineServer } from './wire-server.ts'

const bad = (errorClass: string, message: string): unknown =>
  expect.objectContaining({ errorClass, message: expect.stringContaining(message) })

/** A peer that says each line again. */
async function echoing(options: TcpOptions = {}) {
  const { origin } = await lineServer((line, socket) => void socket.write(`${line}\n`))
  const probe = probeSession(origin)
  return { ...probe, link: await probe.session.openTcp('tcp:', options, WITHIN) }
}

describe('what a flow says of messages', () => {
  it('is no promise where it matches them', async () => {
    const { link } = await echoing()
    const match = async (): Promise<boolean> => false
    const promised = bad('bad_value', 'what match returned is a Promise: await it')
    await expect(link.request('one', { match: match as never })).rejects.toEqual(promised)
    link.send('two')
    expect((await link.receive({ match: ({ data }) => data === 'two' })).data).toBe('two')
    link.send('three')
    await link.request('four', { match: ({ data }) => data === 'four' })
    await expect(link.receive({ match: match as never })).rejects.toEqual(promised)
    await link.close()
  })

  it.each([
    [{ match: 'x' }, 'match is a text of 1 characters (allowed: a function of the message)'],
    [{ timeout: 5 }, 'timeout is 5'],
    [{ timout: '5s' }, 'timout is no option here: did you mean timeout?'],
    ['5s', 'the last argument is a text of 2 characters'],
  ])('is refused as %o, and nothing is sent', async (options, message) => {
    const { link, recorded } = await echoing()
    await expect(link.receive(options as never)).rejects.toEqual(bad('bad_request_options', message))
    await expect(link.request('x', options as never)).rejects.toEqual(bad('bad_request_options', message))
    await link.close()
    expect(recorded('tcp_msgs_sent')).toEqual([])
  })

  it.each([
    [{ idOf: () => ({}) as never }, 'what idOf returned is an object'],
    [{ idOf: (async () => 1) as never }, 'what idOf returned is a Promise: await it'],
    [{ idOf: () => Number.NaN }, 'what idOf returned is NaN'],
  ])('identifies them by text or numbers alone: %o', async (options, message) => {
    const { link } = await echoing(options)
    await expect(link.request({ id: 1 })).rejects.toEqual(bad('bad_value', message))
    await link.close()
  })

  it.each([
    [() => Number.NaN, 'what pushedAt returned is NaN'],
    [() => new Date(0) as never, 'what pushedAt returned is a Date'],
    [(async () => 1) as never, 'what pushedAt returned is a Promise: await it'],
  ])('dates them by numbers alone: %o', async (pushedAt, message) => {
    const { link, recorded } = await echoing({ pushedAt })
    await expect(link.request('x')).rejects.toEqual(bad('bad_value', message))
    await link.close()
    expect(recorded('msg_push_latency')).toEqual([])
  })
})

describe('what a flow expects of a response', () => {
  it.each([
    [async () => false, 'bad_value', 'what expect returned is a Promise: await it'],
    [
      () => {
        throw new TypeError('no')
      },
      undefined,
      'no',
    ],
  ])(
    'fails the iteration where it is %o; the request was made all the same',
    async (expected, errorClass, message) => {
      const server = await httpServer((_, response) => response.end('ok'))
      const { session, recorded } = probeSession(server.origin)
      const asked = session.request('GET', '/', { expect: expected as never }, WITHIN)
      await expect(asked).rejects.toMatchObject({
        message: expect.stringContaining(message),
        ...(errorClass && { errorClass }),
      })
      expect((await session.request('GET', '/', {}, WITHIN)).ok).toBe(true)
      expect(recorded('http_reqs')).toMatchObject([{ sum: 2 }])
      expect(recorded('http_req_failed')).toMatchObject([{ trues: 0, total: 2 }])
      expect(server.sockets).toHaveLength(1)
    },
  )

  it('is asked of a stream without harm to others on its connection', async () => {
    const server = await httpServer((_, response) => response.end('ok'))
    const { session } = probeSession(server.origin)
    const throws = (): never => {
      throw new TypeError('no')
    }
    const stream = await session.stream('GET', '/', { as: 'lines', expect: throws }, WITHIN)
    expect([stream.ok, stream.error]).toEqual([false, 'type_error'])
    expect((await session.request('GET', '/', {}, WITHIN)).ok).toBe(true)
  })
})

it('a WebSocket that cannot be asked for is none', async () => {
  const { session, recorded } = probeSession('http://127.0.0.1:9')
  for (const options of [{ headers: { 'x-a': '€' } }, { protocols: ['a b'] }, { hedaers: {} } as never])
    await expect(session.openSocket('/', options, WITHIN)).rejects.toMatchObject({
      errorClass: 'bad_request_options',
    })
  expect(recorded('ws_sessions')).toEqual([])
  expect(recorded('ws_session_failed')).toEqual([])
})

it('a WebSocket is asked for with every value of a repeated header', async () => {
  const seen: string[] = []
  const server = await httpServer(() => undefined)
  server.server.on('upgrade', ({ rawHeaders }, socket) => {
    seen.push(...rawHeaders.filter((_: string, i: number) => rawHeaders[i - 1] === 'x-a'))
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  const { session } = probeSession(server.origin)
  await session.openSocket('/', { headers: { 'x-a': ['b', 5] } }, WITHIN).catch(() => undefined)
  expect(seen).toEqual(['b', '5'])
})

it('a body of a response is memory of its own', async () => {
  const server = await httpServer((_, response) => response.end('ok'))
  const { session } = probeSession(server.origin)
  const { body } = await session.request('GET', '/', {}, WITHIN)
  expect([body.byteOffset, body.buffer.byteLength, Buffer.from(body).toString()]).toEqual([0, 2, 'ok'])
})

it.each([
  [{ code: 999 }],
  [{ code: 1006 }],
  [{ code: '1000' }],
  [{ code: Number.NaN }],
  [{ code: 1000, reason: 5 }],
])('a WebSocket is not closed with %o', async ({ code, reason }: { code: unknown; reason?: unknown }) => {
  const { WebSocketServer } = await import('ws')
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const { session } = probeSession(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
  const socket = await session.openSocket('/', {}, WITHIN)
  await expect(socket.close(code as number, reason as string)).rejects.toMatchObject({
    errorClass: 'bad_request_options',
  })
  expect(socket.open).toBe(true)
  await socket.close(3_000, 'enough')
  server.close()
})
