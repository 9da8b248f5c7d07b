import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { csv, type Feeder, json } from '../../../../lib/core/scenario/feeder.ts'
import type { DataRow } from '../../../../lib/core/scenario/flow.ts'
import { loadData } from '../../../../lib/scenario/data-file.ts'
import type { LoadedScenario } from '../../../../lib/scenario/scenario-file.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'volley-data-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function rowsOf(bytes: string | Uint8Array, feeder: Feeder): Promise<DataRow[] | undefined> {
  await writeFile(join(folder, feeder.path), bytes)
  const module = pathToFileURL(join(folder, 'scenario.ts')).href
  const { rows } = await loadData(
    { scenario: { data: { rows: feeder } }, module } as unknown as LoadedScenario,
    0,
  )
  return rows
}

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')

describe('the encoding of a data file', () => {
  it('is UTF-8, with or without a byte order mark', async () => {
    expect(await rowsOf('name\ncafé\n', csv('rows.csv'))).toEqual([{ name: 'café' }])
    expect(await rowsOf('\ufeffname\ncafé\n', csv('rows.csv'))).toEqual([{ name: 'café' }])
    expect(await rowsOf('\ufeff[{"id":1}]', json('rows.json'))).toEqual([{ id: '1' }])
  })

  it('is refused where the bytes are of another, with the way to name that', async () => {
    await expect(rowsOf(latin1('name\ncafé\n'), csv('rows.csv'))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      mistakes: [
        {
          field: 'data.rows',
          limit: 'text in utf-8',
          next: "save it in utf-8, or name its encoding: 'latin1' or 'utf-16le'",
        },
      ],
    })
  })

  it('may be named', async () => {
    expect(await rowsOf(latin1('name\ncafé\n'), csv('rows.csv', { encoding: 'latin1' }))).toEqual([
      { name: 'café' },
    ])
    const wide = Buffer.from('\ufeff[{"name":"café"}]', 'utf16le')
    expect(await rowsOf(wide, json('rows.json', { encoding: 'utf-16le' }))).toEqual([{ name: 'café' }])
  })
})

describe('the values of a JSON file', () => {
  it('keep the digits that the file has', async () => {
    const text = '[{"id":12345678901234567890,"price":1.10,"tiny":1e-7,"zero":-0,"ok":true,"name":"ann"}]'
    expect(await rowsOf(text, json('rows.json'))).toEqual([
      { id: '12345678901234567890', price: '1.10', tiny: '1e-7', zero: '-0', ok: 'true', name: 'ann' },
    ])
  })

  it.each([
    ['an object in a field', '[{"a":1},{"a":{"b":2}}]', 'correct [1].a of the file'],
    ['null in a field', '[{"a":null}]', 'correct [0].a of the file'],
    ['a row that is no object', '[1]', 'correct [0] of the file'],
    ['no array', '{"a":1}', 'correct the file'],
  ])('are refused where there is %s', async (_what, text, next) => {
    await expect(rowsOf(text, json('rows.json'))).rejects.toMatchObject({
      mistakes: [{ limit: 'an array of flat objects with text, numbers or booleans', next }],
    })
  })
})

it('splits a CSV file by the delimiter that the feeder names', async () => {
  expect(await rowsOf('a;b~c\n1~2\n', csv('rows.csv', { delimiter: '~' }))).toEqual([{ 'a;b': '1', c: '2' }])
})
