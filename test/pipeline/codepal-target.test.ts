import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { RequestCounts } from '../../lib/target/request-stats.ts'
import codepal from '../../scenarios/codepal/target.ts'
import { Client, closeAll, crowd, loggedIn, start } from './codepal-target-client.ts'

afterEach(closeAll)

test('an unknown condition is refused with the conditions there are', async () => {
  await expect(codepal.start({ port: 0, condition: 'toString', seed: 1 })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    mistakes: [{ field: 'condition', value: 'toString', limit: codepal.conditions.join(' | ') }],
  })
})

test('the page tells how long its worker ran', async () => {
  const { status, headers, body } = await (await start()).get('/')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(Number(/^worker;dur=([\d.]+)$/.exec(headers.get('server-timing') ?? '')?.[1])).toBeGreaterThan(5)
  expect(body.text).toContain('<!doctype html>')
})

test('login issues a token, the same user for the same name', async () => {
  const client = await start()
  const first = await client.post('/auth/login', { username: 'ada', password: 'one' })
  const second = await client.post('/auth/login', { username: 'ada', password: 'two' })
  expect(first.status).toBe(200)
  expect(first.body).toMatchObject({
    expiresInS: 3_600,
    userId: expect.stringMatching(/^user-[0-9a-f]{12}$/),
  })
  expect(second.body.userId).toBe(first.body.userId)
})

test.each([
  ['POST', '/ai/complete', { snippet: 'x', language: 'ts' }],
  ['POST', '/ai/analyze', { code: 'x' }],
  ['POST', '/agents/action', { agent: 'meta_agent', action: 'handoff' }],
  ['GET', '/agents/metrics', undefined],
  ['POST', '/projects/create', { name: 'x' }],
  ['POST', '/projects/project-1/files', { path: 'x', content: 'x' }],
  ['POST', '/projects/project-1/commit', { message: 'x' }],
  ['POST', '/collaboration/join', { roomId: 'den' }],
  ['POST', '/collaboration/broadcast', { roomId: 'den', change: 1 }],
  ['GET', '/collaboration/status?roomId=den', undefined],
])('%s %s demands a token that login issued', async (method, path, body) => {
  const client = await start()
  const stranger = await loggedIn()
  for (const token of ['', 'made-up', stranger.token]) {
    const answer = await new Client(client.url, token).ask(method, path, body)
    expect([answer.status, answer.body.code]).toEqual([401, 'TOKEN_INVALID'])
  }
  expect((await (await client.loggedIn()).ask(method, path, body)).status).not.toBe(401)
})

test.each([
  ['/auth/login', { username: 'ada' }],
  ['/auth/login', { username: '', password: 'x' }],
  ['/ai/complete', { snippet: 7, language: 'ts' }],
  ['/ai/analyze', {}],
  ['/agents/action', { agent: 'nobody', action: 'handoff' }],
  ['/agents/action', { agent: 'meta_agent', action: 'sleep' }],
  ['/projects/create', {}],
  ['/projects/project-1/files', { path: 'a.ts' }],
  ['/projects/project-1/commit', { message: '' }],
  ['/collaboration/join', { roomId: 'no spaces' }],
  ['/collaboration/broadcast', { roomId: 'den' }],
])('POST %s answers 400 to %j', async (path, body) => {
  const answer = await (await loggedIn()).post(path, body)
  expect([answer.status, answer.body.code]).toEqual([400, 'SCHEMA_INVALID'])
})

test('code is completed and analysed', async () => {
  const client = await loggedIn()
  const completed = await client.post('/ai/complete', { snippet: 'const a =', language: 'ts' })
  expect(completed.status).toBe(200)
  expect(completed.body).toMatchObject({ completionId: 'completion-1', language: 'ts' })
  expect(completed.body.completion).toContain('const a =')
  const analysed = await client.post('/ai/analyze', { completionId: 'completion-1' })
  expect([analysed.status, analysed.body.completionId]).toEqual([200, 'completion-1'])
  expect((await client.post('/ai/analyze', { code: 'const a = 1' })).status).toBe(200)
})

test('agent actions answer with the numbers their audit judges', async () => {
  const client = await loggedIn()
  const act = async (agent: string, action: string) =>
    (await client.post('/agents/action', { agent, action })).body
  const handoff = await act('codebase_management', 'handoff')
  expect(handoff).toMatchObject({ agent: 'codebase_management', action: 'handoff', status: 'completed' })
  expect(handoff.handoffDelayMs).toBeGreaterThan(0)
  expect(handoff.deconflicted).toBeTypeOf('boolean')
  expect((await act('cross_platform_optimization', 'predict')).strategy).toBeTypeOf('string')
  const optimized = await act('cross_platform_optimization', 'optimize')
  expect(optimized.performanceUpliftPercent).toBeGreaterThan(10)
  expect(optimized.domMutationMs).toBeLessThan(50)
  const tallied = await crowd(2, 1, () => client.get('/agents/metrics'))
  expect(tallied.at(-1)?.body.agents).toContainEqual({
    agent: 'codebase_management',
    actions: 1,
    failures: 0,
  })
})

test('agent metrics that are not ready are ready at the next request', async () => {
  const client = await start()
  const users = await Promise.all(Array.from({ length: 200 }, (_, i) => client.loggedIn(`user ${i}`)))
  const first = await Promise.all(users.map((user) => user.get('/agents/metrics')))
  const waiting = users.filter((_, i) => first[i]?.status === 202)
  expect(waiting.length).toBeGreaterThan(1)
  expect(waiting.length).toBeLessThan(30)
  expect(first.find(({ status }) => status === 202)?.body).toEqual({ ready: false, retryAfterMs: 50 })
  const second = await Promise.all(waiting.map((user) => user.get('/agents/metrics')))
  expect(second.every(({ status, body }) => status === 200 && body.ready === true)).toBe(true)
})

test('a project takes files as JSON and as uploads, and commits them', async () => {
  const client = await loggedIn()
  const created = await client.post('/projects/create', { name: 'compiler' })
  expect([created.status, created.body.projectId]).toEqual([201, 'project-1'])
  const written = await client.post('/projects/project-1/files', { path: 'a.ts', content: 'héllo' })
  expect(written.status).toBe(201)
  expect(written.body.uploaded).toEqual([{ path: 'a.ts', sizeBytes: 6 }])
  const form = new FormData()
  form.append('note', 'two files')
  form.append('file', new Blob(['x'.repeat(300_000)]), 'b.ts')
  form.append('file', new Blob(['yy']), 'c.ts')
  expect((await client.post('/projects/project-1/files', form)).body).toEqual({
    projectId: 'project-1',
    files: 3,
    uploaded: [
      { path: 'b.ts', sizeBytes: 300_000 },
      { path: 'c.ts', sizeBytes: 2 },
    ],
  })
  const committed = await client.post('/projects/project-1/commit', { message: 'first' })
  expect(committed.status).toBe(201)
  expect(committed.body).toMatchObject({ commitId: 'project-1-commit-1', files: 3 })
})

test('an upload without files and one past the size limit are refused', async () => {
  const client = await loggedIn()
  await client.post('/projects/create', { name: 'compiler' })
  const empty = new FormData()
  empty.append('note', 'nothing')
  const large = new FormData()
  large.append('file', new Blob(['x'.repeat(10_500_000)]), 'large.bin')
  const answers = [empty, large].map((form) => client.post('/projects/project-1/files', form))
  expect((await Promise.all(answers)).map(({ status, body }) => [status, body.code])).toEqual([
    [400, 'SCHEMA_INVALID'],
    [413, 'BODY_TOO_LARGE'],
  ])
})

test('projects and rooms nobody opened are unknown', async () => {
  const client = await loggedIn()
  const answers = [
    await client.post('/projects/project-9/files', { path: 'a', content: 'b' }),
    await client.post('/projects/project-9/commit', { message: 'x' }),
    await client.post('/collaboration/broadcast', { roomId: 'nowhere', change: 1 }),
    await client.get('/collaboration/status?roomId=nowhere'),
  ]
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [404, 'PROJECT_UNKNOWN'],
    [404, 'PROJECT_UNKNOWN'],
    [404, 'ROOM_UNKNOWN'],
    [404, 'ROOM_UNKNOWN'],
  ])
})

test('an edit over a WebSocket reaches the others in the room as it is, in the order it was sent', async () => {
  const client = await start()
  const ada = await (await client.loggedIn('ada')).enter('den')
  const bob = await (await client.loggedIn('bob')).enter('den')
  const eve = await (await client.loggedIn('eve')).enter('attic')
  const heard: Record<string, string[]> = { ada: [], bob: [], eve: [] }
  for (const [name, socket] of Object.entries({ ada, bob, eve })) {
    socket.on('message', (edit) => heard[name]?.push(String(edit)))
  }
  const edits = Array.from({ length: 20 }, (_, i) => `{"edit":${i}}`)
  for (const edit of edits) ada.send(edit)
  await expect.poll(() => heard.bob?.length, { timeout: 5_000 }).toBe(20)
  expect(heard).toEqual({ ada: [], bob: edits, eve: [] })
})

test('binary edits stay binary', async () => {
  const client = await loggedIn()
  const [ada, bob] = [await client.enter('den'), await client.enter('den')]
  const heard = once(bob, 'message')
  ada.send(Buffer.from([1, 2, 3]))
  expect(await heard).toEqual([Buffer.from([1, 2, 3]), true])
})

test('a broadcast reaches every member of the room and says how many', async () => {
  const client = await start()
  const ada = await client.loggedIn('ada')
  const members = [await ada.enter('den'), await (await client.loggedIn('bob')).enter('den')]
  const heard = Promise.all(members.map((socket) => once(socket, 'message')))
  const answer = await ada.post('/collaboration/broadcast', { roomId: 'den', change: { line: 3 } })
  expect(answer.body).toEqual({ roomId: 'den', delivered: 2 })
  for (const [edit] of await heard) {
    expect(JSON.parse(String(edit))).toMatchObject({ type: 'change', roomId: 'den', change: { line: 3 } })
  }
  const left = once(members[0] as WebSocket, 'close')
  members[0]?.close()
  await left
  const status = async () => (await ada.get('/collaboration/status?roomId=den')).body
  await expect.poll(status).toEqual({ roomId: 'den', members: 1, edits: 1 })
})

test('a WebSocket needs a token and a room', async () => {
  const client = await loggedIn()
  const url = `${client.url.replace('http', 'ws')}/collaboration/rooms`
  const refusal = async (path: string) => {
    const [error] = await once(new WebSocket(url + path), 'error')
    return (error as Error).message
  }
  expect(await refusal('/den?token=made-up')).toBe('Unexpected server response: 401')
  expect(await refusal(`/den?token=${client.token}`)).toBe('Unexpected server response: 404')
  await client.enter('den')
  expect((await client.get(`/collaboration/rooms/den`)).status).toBe(404)
})

test('a token in the URL opens nothing but WebSockets', async () => {
  const { url, token } = await loggedIn()
  const { status } = await new Client(url).get(`/collaboration/status?roomId=den&token=${token}`)
  expect(status).toBe(401)
})

test('the count of requests is exact, by route, with handshakes apart', async () => {
  const client = await start('exhausted')
  const ada = await client.loggedIn()
  await client.get('/agents/metrics')
  await client.get('/nowhere')
  await ada.post('/ai/complete', {})
  await ada.enter('den')
  const before = (await client.get('/_model/stats')).body as unknown as RequestCounts
  expect(before).toEqual({
    requests: 5,
    routes: {
      'POST /auth/login': 1,
      'GET /agents/metrics': 1,
      'GET (no route)': 1,
      'POST /ai/complete': 1,
      'POST /collaboration/join': 1,
    },
    upgrades: 1,
  })
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => ada.post('/ai/complete', { snippet: 'x', language: 'ts' })),
  )
  expect(answers.some(({ status }) => status === 503)).toBe(true)
  await client.get('/metrics')
  const after = (await client.get('/_model/stats')).body as unknown as RequestCounts
  expect(after).toMatchObject({ requests: 45, routes: { 'POST /ai/complete': 41 }, upgrades: 1 })
})
