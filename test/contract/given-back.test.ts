import { once } from 'node:events'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CarrierKind } from '../../functions/generator/http/carrier.ts'
import { SOCKETS } from '../../functions/generator/http1/socket-carrier.ts'
import { HTTP2 } from '../../functions/generator/http2/http2-carrier.ts'
import { FlowError, type RequestOptions } from '../../lib/core/scenario/flow.ts'
import { probeSession, WITHIN } from './session-probe.ts'
import { httpServer } from './wire-server.ts'

/** A carrier that fails, as no carrier should, when it is given a request to this path. */
function failing(kind: CarrierKind, path: string): CarrierKind {
  return {
    ...kind,
    maker() {
      const make = kind.maker()
      return (origin, opener) => {
        const carrier = make(origin, opener)
        const dispatch = carrier.dispatch.bind(carrier)
        return Object.assign(carrier, {
          dispatch(...args: Parameters<typeof dispatch>) {
            if (args[0].path === path) throw new TypeError('a fault of the carrier')
            dispatch(...args)
          },
        })
      }
    },
  }
}

async function http2Server(): Promise<string> {
  const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe.each([
  ['1.1', SOCKETS],
  ['2', HTTP2],
] as const)('a fault between taking a connection and giving it back, over HTTP/%s', (version, kind) => {
  it('costs its own request alone, however often it comes', async () => {
    const origin = version === '2' ? await http2Server() : (await httpServer((_, it) => it.end('ok'))).origin
    const { session, openSockets } = probeSession(origin, { version, carrier: failing(kind, '/fault') })
    const ask = (path: string, options: RequestOptions = {}) => session.request('GET', path, options, WITHIN)
    for (let i = 0; i < 20; i++) expect((await ask('/fault')).error).toBe('type_error')
    const all = await Promise.all(
      Array.from({ length: 60 }, (_, i) => ask(i % 3 === 0 ? '/fault' : '/', { timeout: '5s' })),
    )
    expect(all.map(({ error = 'none' }) => error)).toEqual(
      all.map((_, i) => (i % 3 === 0 ? 'type_error' : 'none')),
    )
    expect(openSockets()).toBeLessThanOrEqual(version === '2' ? 1 : 6)
  })
})

it('a request that cannot be made throws and is none, wherever that is found', async () => {
  const refusing: CarrierKind = {
    ...SOCKETS,
    maker: () => () => ({
      readBytes: 0,
      writtenBytes: 0,
      dispatch: (_, handler) =>
        handler.onResponseError(null, new FlowError('bad_request_options', 'it cannot be carried')),
      destroy: async () => undefined,
    }),
  }
  const { session, recorded } = probeSession('http://127.0.0.1:9', { carrier: refusing })
  for (let i = 0; i < 10; i++)
    await expect(session.request('GET', '/', {}, WITHIN)).rejects.toMatchObject({
      errorClass: 'bad_request_options',
      message: 'it cannot be carried',
    })
  await expect(session.request('GET', 'http://example.com/', {}, WITHIN)).rejects.toMatchObject({
    errorClass: 'target_not_allowed',
  })
  for (const metric of ['http_reqs', 'http_req_failed', 'http_req_duration'])
    expect(recorded(metric)).toEqual([])
})

it('a TLS connection that cannot even be begun fails its request, also where it was opened ahead', async () => {
  const probe = probeSession('https://127.0.0.1:9', { tls: { serverName: 'a\0b' } })
  for (let i = 0; i < 10; i++)
    expect((await probe.session.request('GET', '/', { timeout: '2s' }, WITHIN)).status).toBe(0)
})

it('headers of a size that no server takes are sent, and answered or reset', async () => {
  const long = { 'x-long': 'a'.repeat(200_000) }
  const { session } = probeSession(await http2Server(), { version: '2' })
  const over2 = await session.request('GET', '/', { headers: long, timeout: '5s' }, WITHIN)
  expect([over2.ok, over2.error === 'timeout']).toEqual([false, false])
  expect((await session.request('GET', '/', {}, WITHIN)).ok).toBe(true)
  const { origin } = await httpServer((_, response) => response.end('ok'))
  const over1 = probeSession(origin).session
  expect((await over1.request('GET', '/', { headers: long }, WITHIN)).ok).toBe(false)
  expect((await over1.request('GET', '/', {}, WITHIN)).ok).toBe(true)
})
