import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import { volleyHere as volley } from '../fixtures/volley-here.ts'
import { freshDirectory, type Outcome } from '../pipeline/volley.ts'

let directory: string

beforeAll(async () => {
  directory = await freshDirectory()
})

async function scenarioFile(name: string, change: string): Promise<string> {
  const file = join(directory, `${name}.ts`)
  const text = `import { defineScenario, csv } from 'volley'
export default defineScenario({
  name: '${name}',
  target: { url: 'http://127.0.0.1:9' },
  flows: { browse: { run: async (vu) => void (await vu.get('/')) } },
  profiles: { light: { executors: [{ executor: 'constant-vus', users: 2, duration: '1s' }] } },
  ${change}
})
`
  await writeFile(file, text)
  return file
}

function refuses({ code, stdout, stderr }: Outcome, exit: number, ...said: string[]): void {
  expect(stdout).toBe('')
  for (const text of said) expect(stderr).toContain(text)
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m)
  expect(code).toBe(exit)
}

describe('volley run', () => {
  it('offers the nearest suite for one that does not exist', async () => {
    refuses(await volley('run', 'codepall'), EXIT.badInput, 'SCENARIO_NOT_FOUND', 'did you mean codepal?')
  })

  it('says where a scenario that does not load breaks', async () => {
    const file = join(directory, 'broken.ts')
    await writeFile(file, 'export default {\n')
    refuses(await volley('run', file), EXIT.badInput, 'SCENARIO_INVALID', 'broken.ts does not load')
  })

  it('lists every mistake in a scenario at once', async () => {
    const file = await scenarioFile(
      'mistaken',
      "http: { timout: '3s' }, thresholds: [{ metric: 'http_reqq', limit: 'count>1' }],",
    )
    refuses(
      await volley('run', file),
      EXIT.badInput,
      'http.timout',
      'thresholds[0].metric',
      'did you mean http_reqs?',
    )
  })

  it('lists every mistake in its flags at once', async () => {
    const flags = ['--users', 'many', '--duration', '-5s', '--seed', '1.5']
    refuses(await volley('run', 'codepal', ...flags), EXIT.badInput, '--users', '--duration', '--seed')
  })

  it('offers the nearest profile for one that does not exist', async () => {
    refuses(await volley('run', 'codepal', '--profile', 'elastic'), EXIT.badInput, 'did you mean elasticity?')
  })

  it('names every data file that is missing', async () => {
    const file = await scenarioFile(
      'dataless',
      "data: { users: csv('./nobody.csv'), rooms: csv('./nowhere.csv') },",
    )
    refuses(
      await volley('run', file),
      EXIT.badInput,
      'DATA_INVALID',
      'data.users',
      'data.rooms',
      'nobody.csv',
    )
  })

  it('refuses a host that nobody allowed, and says how to', async () => {
    refuses(
      await volley('run', 'codepal', '--target', 'http://example.com'),
      EXIT.badInput,
      'TARGET_NOT_ALLOWED',
      '--allow example.com',
    )
  })

  it('refuses a metadata address whatever is allowed', async () => {
    const flags = ['--target', 'http://169.254.169.254', '--allow', '169.254.169.254']
    refuses(await volley('run', 'codepal', ...flags), EXIT.badInput, 'TARGET_NOT_ALLOWED')
  })

  it('says so before it starts when nothing listens at the target', async () => {
    const file = await scenarioFile('lonely', '')
    refuses(await volley('run', file), EXIT.infrastructure, 'TARGET_UNREACHABLE', 'http://127.0.0.1:9')
  })

  it('refuses a directory that holds another run', async () => {
    const out = join(directory, 'used')
    await mkdir(out)
    await writeFile(join(out, 'plan.json'), '{}')
    refuses(await volley('run', 'codepal', '--out', out), EXIT.badInput, '--out', out)
  })

  it('refuses a directory that cannot be written', async () => {
    const file = join(directory, 'a-file')
    await writeFile(file, '')
    const flags = ['--profile', 'smoke', '--out', join(file, 'run')]
    refuses(await volley('run', 'codepal', ...flags), EXIT.infrastructure, 'STORE_UNWRITABLE', '--out')
  })

  it('refuses a request log that cannot be written', async () => {
    const flags = ['--profile', 'smoke', '--log-requests', join(directory, 'nowhere', 'log.csv')]
    refuses(await volley('run', 'codepal', ...flags), EXIT.infrastructure, '--log-requests', 'log.csv')
  })

  it('refuses an unknown condition of the model target', async () => {
    refuses(await volley('run', 'codepal', '--condition', 'sleepy'), EXIT.badInput, 'healthy | slow')
  })

  it('refuses a condition that would have no effect', async () => {
    const file = await scenarioFile('conditioned', '')
    refuses(await volley('run', file, '--condition', 'slow'), EXIT.badInput, '--condition', 'leave it out')
  })

  it('refuses a flag it does not know', async () => {
    refuses(await volley('run', 'codepal', '--user', '5'), EXIT.badInput, '--users')
  })
})

describe('volley target', () => {
  it('refuses a port and a seed that are no numbers, both at once', async () => {
    const flags = ['--port', 'abc', '--seed', '-1']
    refuses(await volley('target', 'codepal', ...flags), EXIT.badInput, '--port', 'abc', '--seed', '65535')
  })

  it('says so when its port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    refuses(
      await volley('target', 'codepal', '--port', String(port)),
      EXIT.infrastructure,
      'PORT_IN_USE',
      String(port),
    )
    server.close()
  })
})

describe('volley report', () => {
  it('refuses a directory that holds no run', async () => {
    refuses(await volley('report', directory), EXIT.badInput, 'RUN_NOT_FOUND', directory)
  })
})
