import { describe, expect, it, onTestFinished } from 'vitest'
import { UserCookies } from '../../functions/generator/cookies/cookie-jar.ts'
import {
  createHttpClient,
  exchanged,
  type HttpClient,
} from '../../functions/generator/http-client/http-client.ts'
import { Recorder } from '../../functions/generator/metering/recorder.ts'
import { createGuard } from '../../functions/generator/net/target-guard.ts'
import { createTlsOptions } from '../../functions/generator/net/tls-options.ts'
import { Preconnect } from '../../functions/generator/user/preconnect.ts'
import { ManualClock } from '../../lib/adapters/clock/manual.ts'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import type { Series } from '../../lib/core/results/snapshot.ts'
import { httpServer, refusedOrigin } from './wire-server.ts'

const never = new AbortController().signal
const users = (count: number): number[] => Array.from({ length: count }, (_, user) => user)

function clientOn(clock: { now(): number }): HttpClient {
  return createHttpClient({
    http: { connections: 'per-user', maxBodyBytes: 1_000, version: '1.1' },
    guard: createGuard({ allow: [], now: clock.now }),
    tls: createTlsOptions({ insecure: false }),
    now: clock.now,
  })
}

function warmUpTo(origin: string, clock = systemClock, client = clientOn(clock)) {
  const openNetwork = () => {
    const cookies = new UserCookies(origin, clock.now)
    return { cookies, connection: client.openState({ cookies }) }
  }
  const preconnect = new Preconnect({ client, origin, clock, openNetwork })
  onTestFinished(() => preconnect.close())
  return { client, preconnect }
}

function recorderOf(): { recorder: Recorder; recorded: () => Series[] } {
  const recorded: Series[] = []
  const recorder = new Recorder({
    startAtMs: 0,
    fromMs: 0,
    cuts: [{ seq: 0, fromMs: 0, toMs: 1_000, stages: [] }],
    metrics: {},
    onInterval: ({ series }) => recorded.push(...series),
  })
  const end = (): Series[] => {
    recorder.finish(1)
    return recorded
  }
  return { recorder, recorded: end }
}

describe('opening connections ahead of the start', () => {
  it('gives every user an open connection, and records how long each took to open', async () => {
    const server = await httpServer((_, response) => response.end('ok'))
    const { client, preconnect } = warmUpTo(server.origin)
    const { recorder, recorded } = recorderOf()
    await preconnect.open(users(50), systemClock.now() + 5_000, never)
    await expect.poll(() => client.openSockets()).toBe(50)
    preconnect.record(recorder)
    for (const user of users(50)) {
      const network = preconnect.take(user)
      if (!network) throw new Error(`user ${user} has no connection`)
      onTestFinished(() => network.connection.close())
      const request = {
        method: 'GET',
        origin: server.origin,
        path: '/',
        headers: {},
        timeoutMs: 5_000,
        redirects: 0,
      }
      const exchange = await exchanged(client, network.connection, request)
      expect([exchange.status, exchange.connectMs]).toEqual([200, undefined])
    }
    expect(server.sockets).toHaveLength(50)
    const connecting = recorded().find(({ metric }) => metric === 'http_req_connecting')
    expect(connecting).toMatchObject({ count: 50 })
  })

  it('takes no harm from a target that refuses them', async () => {
    const { client, preconnect } = warmUpTo(await refusedOrigin())
    const { recorder, recorded } = recorderOf()
    preconnect.record(recorder)
    await preconnect.open(users(3), systemClock.now() + 5_000, never)
    expect(preconnect.take(2)).toBeDefined()
    expect(client.openSockets()).toBe(0)
    expect(recorded().map(({ metric }) => metric)).toEqual(['vus'])
  })

  it('begins ten seconds ahead, opens twenty in ten milliseconds, and stops at the start', async () => {
    const clock = new ManualClock(0)
    const asked: number[] = []
    const client = clientOn(clock)
    client.connect = async () => {
      asked.push(clock.now())
      return { connectMs: 1 }
    }
    const { preconnect } = warmUpTo('http://127.0.0.1:1', clock, client)
    const opened = preconnect.open(users(100_000), 60_000, never)
    await clock.advanceTo(49_999)
    expect(asked).toHaveLength(0)
    await clock.advanceTo(50_009)
    expect(asked).toEqual(Array(20).fill(50_000))
    await clock.advanceTo(50_010)
    expect(asked).toHaveLength(40)
    await clock.advanceTo(60_000)
    await opened
    expect(asked).toHaveLength(20_000)
  })

  it('has at most two hundred on their way', async () => {
    const clock = new ManualClock(0)
    const client = clientOn(clock)
    let asked = 0
    client.connect = () => {
      asked++
      return new Promise(() => undefined)
    }
    const { preconnect } = warmUpTo('http://127.0.0.1:1', clock, client)
    const opened = preconnect.open(users(1_000), 2_000, never)
    await clock.advanceTo(0)
    await clock.advanceTo(2_000)
    await opened
    expect(asked).toBe(200)
  })

  it('gives a connection to its user once, and closes those that nobody took', async () => {
    const server = await httpServer((_, response) => response.end('ok'))
    const { client, preconnect } = warmUpTo(server.origin)
    await preconnect.open(users(2), systemClock.now() + 5_000, never)
    await expect.poll(() => client.openSockets()).toBe(2)
    const taken = preconnect.take(0)
    expect(preconnect.take(0)).toBeUndefined()
    await preconnect.close()
    expect(client.openSockets()).toBe(1)
    await taken?.connection.close()
  })
})
