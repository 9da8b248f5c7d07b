import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verdictSchema } from '../../lib/core/results/verdict.ts'
import { freshDirectory, startVolley, volley } from './volley.ts'

const README = readFileSync('README.md', 'utf8')
const block = (start: string): string =>
  new RegExp(`^\`\`\`\\w+\\n(${start}[\\s\\S]*?)^\`\`\`$`, 'm').exec(README)?.[1] ?? ''

let url: string
const target = startVolley('target', 'codepal', '--port', '0')

beforeAll(async () => {
  for (let said = ''; url === undefined; ) {
    said += String((await once(target.process.stdout as NodeJS.ReadableStream, 'data'))[0])
    url = /listens at (\S+);/.exec(said)?.[1] as string
  }
})

afterAll(async () => {
  target.process.kill('SIGINT')
  await target.outcome
})

describe('the first screen of the README', () => {
  it('has a scenario that runs as it stands, judged by the rows that the README shows', async () => {
    const directory = await freshDirectory()
    const scenario = join(directory, 'mine.ts')
    writeFileSync(scenario, block('// mine\\.ts'))
    const load = ['--target', url, '--duration', '2s', '--out', join(directory, 'run')]
    const { stdout } = await volley('run', scenario, ...load, '--json')
    const { thresholds } = verdictSchema.parse(JSON.parse(stdout))
    expect(thresholds.map(({ metric, builtIn = false }) => [metric, builtIn])).toEqual([
      ['http_req_duration', false],
      ['iteration_failed', true],
      ['http_req_failed', true],
      ['checks', true],
    ])
    const builtIn = thresholds.filter((row) => row.builtIn)
    expect(builtIn.map(({ value, state }) => [value, state])).toEqual([
      [0, 'pass'],
      [0, 'pass'],
      [1, 'pass'],
    ])
  })
})
