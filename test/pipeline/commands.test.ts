import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import { verdictSchema } from '../../lib/core/results/verdict.ts'
import { volleyHere as volley } from '../fixtures/volley-here.ts'
import { freshDirectory, type Outcome } from './volley.ts'

let directory: string
let made: Outcome

beforeAll(async () => {
  directory = join(await freshDirectory(), 'run')
  const load = ['--profile', 'smoke', '--duration', '4s', '--seed', '3']
  made = await volley('run', 'codepal', ...load, '--out', directory, '--json', '--verbose')
})

const fileOf = (name: string): Promise<string> => readFile(join(directory, name), 'utf8')

describe('volley run --json', () => {
  it('prints the verdict as the only thing on standard output', async () => {
    expect(verdictSchema.parse(JSON.parse(made.stdout))).toEqual(JSON.parse(await fileOf('verdict.json')))
  })

  it('tells what is going on on standard error where --verbose asks for it', () => {
    expect(made.stderr).toContain('2 of 2 generators are up; all start at ')
    expect(made.stderr).toContain('generator 1, window 0: complete')
  })

  it('writes files that their published JSON Schemas accept', async () => {
    const ajv = new Ajv2020({ strict: false })
    for (const name of ['plan', 'verdict', 'summary', 'metrics-summary']) {
      const validate = ajv.compile(JSON.parse(await readFile(`schemas/${name}.schema.json`, 'utf8')))
      expect(validate(JSON.parse(await fileOf(`${name}.json`))), JSON.stringify(validate.errors)).toBe(true)
    }
  })
})

describe('volley report', () => {
  it('comes to the same verdict from the snapshots alone', async () => {
    const before = await fileOf('verdict.json')
    const { code, stdout } = await volley('report', directory, '--format', 'json')
    expect(code).toBe(made.code)
    expect(stdout.trimEnd()).toBe(before)
    expect(await fileOf('verdict.json')).toBe(before)
  })

  it('prints each format as its file holds it', async () => {
    for (const [format, file] of [
      ['csv', 'timeseries.csv'],
      ['markdown', 'summary.md'],
      ['junit', 'junit.xml'],
      ['html', 'report.html'],
    ] as const) {
      const { stdout } = await volley('report', directory, '--format', format)
      expect(stdout.trimEnd()).toBe((await fileOf(file)).trimEnd())
    }
  })
})

describe('volley plan', () => {
  it('shows a day of endurance without sending anything', async () => {
    const { code, stdout } = await volley(
      'plan',
      'codepal',
      '--profile',
      'endurance',
      '--window',
      '13m',
      '--json',
    )
    expect(code).toBe(EXIT.ok)
    expect(JSON.parse(stdout)).toMatchObject({
      durationMs: 87_000_000,
      windowMs: 780_000,
      intervalMs: 10_000,
      peakUsers: 1_000,
    })
  })

  it('keeps the shape of a profile whose length and users are given', async () => {
    const { stdout } = await volley(
      'plan',
      'codepal',
      '--profile',
      'elasticity',
      '--duration',
      '1800s',
      '--users',
      '10000',
    )
    expect(stdout).toMatch(/^length +30m, /m)
    expect(stdout).toMatch(/^users +at most 10000$/m)
    expect(stdout).toMatch(/^sustained +ramping-vus +6m25\.714s +19m17\.143s +1000/m)
  })

  it('counts the arrivals of each stage', async () => {
    const { stdout } = await volley(
      'plan',
      'codepal',
      '--profile',
      'steady',
      '--rate',
      '50',
      '--duration',
      '10s',
    )
    expect(stdout).toMatch(/^arrivals +500$/m)
    expect(stdout).toMatch(/^constant-arrival-rate .* 500$/m)
  })
})
