import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { PUBLISHED, schemaText } from '../../aggregator/report/published-schemas.ts'

describe('the published JSON Schemas', () => {
  it('are those of the messages as they are now (npm run schemas writes them)', async () => {
    const files = (await readdir('schemas')).filter((file) => file.endsWith('.schema.json'))
    expect(files.sort()).toEqual(Object.keys(PUBLISHED).sort())
    for (const file of Object.keys(PUBLISHED))
      expect(await readFile(`schemas/${file}`, 'utf8')).toBe(schemaText(file))
  })
})
