import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { processMessageSchema } from '../../../../lib/target/process-message.ts'

const ENTRY = fileURLToPath(new URL('../../../../lib/target/process.ts', import.meta.url))
const CODEPAL = fileURLToPath(new URL('../../../../scenarios/codepal/target.ts', import.meta.url))

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})

function run(...args: string[]) {
  const child = spawn(process.execPath, [ENTRY, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode, stderr }))
  const url = once(child.stdout, 'data').then(([line]) => JSON.parse(String(line)).url as string)
  return { child, ended, url }
}

function forked(...args: string[]) {
  const child = fork(ENTRY, args, { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  children.push(child)
  const message = once(child, 'message').then(([received]) => processMessageSchema.parse(received))
  return { child, message, ended: once(child, 'exit') }
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s closes a target that still has connections', async (signal) => {
  const {
    child,
    ended,
    url: listening,
  } = run(CODEPAL, '--port', '0', '--condition', 'healthy', '--seed', '7')
  const url = await listening
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ username: 'ada', password: 'secret' })
  const login = await fetch(`${url}/auth/login`, { method: 'POST', headers, body })
  const { token } = (await login.json()) as { token: string }
  await fetch(`${url}/collaboration/join`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${token}` },
    body: JSON.stringify({ roomId: 'den' }),
  })
  const socket = new WebSocket(`${url.replace('http', 'ws')}/collaboration/rooms/den?token=${token}`)
  await once(socket, 'open')
  child.kill(signal)
  expect(await ended).toEqual({ exitCode: 0, stderr: '' })
})

test('an unknown condition is answered with the conditions there are', async () => {
  const { exitCode, stderr } = await run(CODEPAL, '--condition', 'sleepy').ended
  expect(exitCode).toBe(2)
  expect(stderr).toBe(
    [
      'INPUT_INVALID: the model target has no condition "sleepy"',
      '  condition: sleepy',
      '    allowed: healthy | slow | failing | exhausted | silent',
      '    next:    choose one of these conditions',
      '',
    ].join('\n'),
  )
})

test('a port in use is said plainly', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  const { exitCode, stderr } = await run(CODEPAL, '--port', String(port)).ended
  holder.close()
  expect(exitCode).toBe(5)
  expect(stderr).toContain(`PORT_IN_USE: port ${port} of 127.0.0.1 is in use`)
  expect(stderr).not.toContain('    at ')
})

test('every mistake of the command line is named at once', async () => {
  const { exitCode, stderr } = await run('--port', '70000', '--seed', 'x').ended
  expect(exitCode).toBe(2)
  for (const mistake of ['  module: none', '  port: 70000', '  seed: x']) expect(stderr).toContain(mistake)
})

test('an unknown option is refused', async () => {
  const { exitCode, stderr } = await run(CODEPAL, '--speed', '9').ended
  expect(exitCode).toBe(2)
  expect(stderr).toContain("Unknown option '--speed'")
})

test.each([
  ['/nowhere/target.ts', 'cannot be loaded'],
  [fileURLToPath(new URL('../../../../lib/target/level.ts', import.meta.url)), 'is no model target'],
])('%s %s', async (module, complaint) => {
  const { exitCode, stderr } = await run(module).ended
  expect(exitCode).toBe(2)
  expect(stderr).toContain(complaint)
  expect(stderr).toContain('  module: ')
})

test('the process that forks a target hears where it listens, and ends it by letting go', async () => {
  const { child, message, ended } = forked(CODEPAL)
  const told = await message
  expect(told).toEqual({ type: 'listening', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) })
  child.disconnect()
  expect(await ended).toEqual([0, null])
})

test('the process that forks a target hears why it failed', async () => {
  const { message, ended } = forked(CODEPAL, '--condition', 'sleepy')
  expect(await message).toMatchObject({
    type: 'failed',
    code: 'INPUT_INVALID',
    mistakes: [{ field: 'condition', value: 'sleepy' }],
  })
  expect(await ended).toEqual([2, null])
})
