import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import { verdictSchema } from '../../lib/core/results/verdict.ts'
import type { ModelTarget } from '../../lib/target/model.ts'
import { spawnModelTarget } from '../../lib/target/spawn.ts'
import { freshDirectory, readSummary, volley } from './volley.ts'

const MODEL = pathToFileURL('scenarios/codepal/target.ts').href
let target: ModelTarget
let directory: string

beforeAll(async () => {
  target = await spawnModelTarget(MODEL, { port: 0, condition: 'healthy', seed: 1 })
  directory = await freshDirectory()
})

afterAll(() => target.close())

async function scenarioFile(name: string, flow: string): Promise<string> {
  const file = join(directory, `${name}.ts`)
  await writeFile(
    file,
    `import { defineScenario } from 'volley'
console.log('loaded')
process.stdout.write('written\\n')
export default defineScenario({
  name: '${name}',
  target: { url: '${target.url}' },
  setup: async () => void console.info('set up'),
  teardown: async () => void console.table([{ torn: 'down' }]),
  flows: { only: { run: async (vu) => {
    await vu.get('/')
    ${flow}
  } } },
  profiles: {
    light: { executors: [{ executor: 'per-vu-iterations', users: 2, iterations: 2, maxDuration: '10s' }] },
  },
})
`,
  )
  return file
}

describe('what a scenario prints', () => {
  it('stands on standard error with its place, also where the run is quiet, and is kept with the run', async () => {
    const file = await scenarioFile(
      'chatty',
      "console.log('hello', { token: 'abc123' })\nconsole.error('odd')",
    )
    const out = join(directory, 'chatty')
    const { code, stdout, stderr } = await volley(
      'run',
      file,
      '--out',
      out,
      '--generators',
      '2',
      '--quiet',
      '--json',
    )
    expect(code, stderr).toBe(EXIT.ok)
    expect(verdictSchema.parse(JSON.parse(stdout)).scenario).toBe('chatty')
    const lines = stderr.split('\n')
    const times = (pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length
    expect(times(/^chatty\.ts:2:\d+: loaded$/)).toBe(1)
    expect(times(/^chatty\.ts:3:\d+: written$/)).toBe(1)
    expect(times(/^chatty\.ts:7:\d+: set up$/)).toBe(1)
    expect(times(/^generator 0, chatty\.ts:11:\d+: hello \{ token: '\*\*\*' \}$/)).toBe(2)
    expect(times(/^generator 1, chatty\.ts:12:\d+: odd$/)).toBe(2)
    expect(stderr).toContain('torn')
    const { log } = await readSummary(out)
    const kept = log.lines.map(({ level, text, count, place }) => [level, text, count, place]).sort()
    expect(kept).toEqual([
      ['error', 'odd', 4, expect.stringMatching(/^chatty\.ts:12:\d+$/)],
      ['log', "hello { token: '***' }", 4, expect.stringMatching(/^chatty\.ts:11:\d+$/)],
    ])
  })
})
describe('a flow with a typo', () => {
  it('is told on the console by its message, file and line', async () => {
    const file = await scenarioFile('typo', "await vu.gett('/')")
    const { code, stdout } = await volley('run', file, '--out', join(directory, 'typo'), '--generators', '1')
    expect(code).toBe(EXIT.fail)
    expect(stdout).toContain('type_error')
    expect(stdout).toContain('vu.gett is not a function')
    expect(stdout).toMatch(/typo\.ts:11:\d+/)
  })
})
