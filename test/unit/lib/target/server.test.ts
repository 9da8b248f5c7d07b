import { once } from 'node:events'
import { connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ModelTarget } from '../../../../lib/target/model.ts'
import { Refusal } from '../../../../lib/target/refusal.ts'
import type { RequestCounts } from '../../../../lib/target/request-stats.ts'
import { createServer, listen } from '../../../../lib/target/server.ts'

const open: ModelTarget[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((target) => target.close()))
})

async function serve(addRoutes: (app: FastifyInstance) => void): Promise<string> {
  const app = await createServer()
  await app.register(async (scope) => addRoutes(scope))
  const target = await listen(app, 0)
  open.push(target)
  return target.url
}

async function statsOf(url: string): Promise<RequestCounts> {
  return (await (await fetch(`${url}/_model/stats`)).json()) as RequestCounts
}

test('every answer is counted at arrival, whatever its status', async () => {
  const url = await serve((app) => {
    app.get('/items/:id', (request) => request.params)
    app.post('/broken', () => {
      throw new Error('out of order')
    })
  })
  const statuses = [
    (await fetch(`${url}/items/4`)).status,
    (await fetch(`${url}/items/5?x=1`)).status,
    (await fetch(`${url}/items/%zz`)).status,
    (await fetch(`${url}/broken`, { method: 'POST' })).status,
    (await fetch(`${url}/items`)).status,
    (await fetch(`${url}/_model/nothing`)).status,
  ]
  expect(statuses).toEqual([200, 200, 400, 500, 404, 404])
  expect(await statsOf(url)).toEqual({
    requests: 5,
    routes: { 'GET /items/:id': 3, 'POST /broken': 1, 'GET (no route)': 1 },
    upgrades: 0,
  })
})

test('a request whose client goes away is counted', async () => {
  const arrived = Promise.withResolvers<void>()
  const url = await serve((app) => {
    app.get('/slow', async () => {
      arrived.resolve()
      await new Promise(() => {})
    })
  })
  const client = connect(Number(new URL(url).port), '127.0.0.1')
  client.write('GET /slow HTTP/1.1\r\nhost: target\r\n\r\n')
  await arrived.promise
  client.destroy()
  expect(await statsOf(url)).toMatchObject({ requests: 1, routes: { 'GET /slow': 1 } })
})

test('a request in pieces is counted once, at its head', async () => {
  const url = await serve((app) => void app.post('/items', () => ({})))
  const client = connect(Number(new URL(url).port), '127.0.0.1')
  client.write(
    'POST /items HTTP/1.1\r\nhost: target\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{',
  )
  await expect.poll(async () => (await statsOf(url)).requests).toBe(1)
  client.write('}')
  await once(client, 'data')
  client.destroy()
  expect((await statsOf(url)).requests).toBe(1)
})

test('WebSocket handshakes are upgrades, not requests, also where they are refused', async () => {
  const url = await serve((app) => {
    app.get('/socket', { websocket: true }, (socket) => {
      socket.on('message', (text) => socket.send(`re: ${text}`))
    })
  })
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`)
  await once(socket, 'open')
  socket.send('hello')
  const [answer] = await once(socket, 'message')
  expect(String(answer)).toBe('re: hello')
  const [refused] = await once(new WebSocket(`${url.replace('http', 'ws')}/nowhere`), 'error')
  expect((refused as Error).message).toBe('Unexpected server response: 404')
  expect(await statsOf(url)).toEqual({ requests: 0, routes: {}, upgrades: 2 })
})

test('a refusal is answered with its status, its code and when to retry', async () => {
  const url = await serve((app) => {
    app.get('/full', () => {
      throw new Refusal(503, 'OVERLOADED', 'the queue is full', 2)
    })
  })
  const response = await fetch(`${url}/full`)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
  expect(await response.json()).toEqual({ code: 'OVERLOADED', message: 'the queue is full' })
})

test.each([
  ['{"count":"3"}', 'application/json', 400, 'SCHEMA_INVALID'],
  ['{"count":', 'application/json', 400, 'BODY_INVALID'],
  ['<count/>', 'application/xml', 415, 'MEDIA_TYPE_UNSUPPORTED'],
])('the body %s of type %s is answered with %d %s', async (body, type, status, code) => {
  const schema = { body: { type: 'object', required: ['count'], properties: { count: { type: 'number' } } } }
  const url = await serve((app) => void app.post('/items', { schema }, () => ({})))
  const response = await fetch(`${url}/items`, { method: 'POST', body, headers: { 'content-type': type } })
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ code })
})

test('a taken port is named', async () => {
  const url = await serve(() => {})
  const { port } = new URL(url)
  await expect(listen(await createServer(), Number(port))).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: `port ${port} of 127.0.0.1 is in use`,
    mistakes: [{ field: 'port', value: port }],
  })
})

test('closing ends kept-alive connections and sockets, telling those that listen', async () => {
  const url = await serve((app) => {
    app.get('/socket', { websocket: true }, () => {})
    app.get('/hangs', () => new Promise(() => {}))
  })
  const { port } = new URL(url)
  const hanging = connect(Number(port), '127.0.0.1')
  hanging.write('GET /hangs HTTP/1.1\r\nhost: target\r\n\r\n')
  const silent = connect(Number(port), '127.0.0.1')
  silent.write(
    'GET /socket HTTP/1.1\r\nhost: target\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await once(silent, 'data')
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`)
  await once(socket, 'open')
  const ended = Promise.all([once(hanging, 'close'), once(silent, 'close'), once(socket, 'close')])
  silent.resume()
  await open.pop()?.close()
  const [, , [closeCode]] = await ended
  expect(closeCode).toBe(1001)
})
