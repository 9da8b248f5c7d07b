import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import { freshDirectory, readSummary, readVerdict, volleyWithin } from './volley.ts'

let server: Server
let directory: string

beforeAll(async () => {
  directory = await freshDirectory()
  // Each request needs a connection of its own, so that it has to ask for one while the others hold theirs.
  server = createServer((_, response) => response.setHeader('connection', 'close').end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

it('a generator without descriptors names that for each way to connect, and loses nothing of what it knows', async () => {
  const { port } = server.address() as AddressInfo
  const file = join(directory, 'hungry.ts')
  await writeFile(
    file,
    `import { defineScenario } from 'volley'
export default defineScenario({
  name: 'hungry',
  target: { url: 'http://127.0.0.1:${port}' },
  flows: { only: { run: async (vu) => {
    await vu.get('/')
    await vu.tcp(':${port}', { lifetime: 'user' }).catch(() => undefined)
    await vu.websocket('/').catch(() => undefined)
    await (await vu.stream('GET', '/events')).close()
    await vu.think('50ms')
  } } },
  profiles: { light: { executors: [{ executor: 'constant-vus', users: 12, duration: '2s' }] } },
})
`,
  )
  const out = join(directory, 'hungry')
  const { code, stderr } = await volleyWithin(
    60,
    'run',
    file,
    '--out',
    out,
    '--generators',
    '1',
    '--seed',
    '1',
  )
  expect(code, stderr).toBe(EXIT.inconclusive)
  const { errors, generators } = await readSummary(out)
  const lacking = errors.filter(({ error }) => error === 'too_many_sockets')
  expect(lacking.map(({ where }) => where).sort()).toEqual(['request', 'session'])
  expect(generators).toMatchObject([{ ending: 'complete', observedMs: 2_000 }])
  const { reasons, coverage } = await readVerdict(out)
  expect(reasons.join('\n')).toMatch(/ran out of descriptors, ports or buffers: \d+ times/)
  expect(coverage).toMatchObject({ time: 1, arrivals: 1 })
})
