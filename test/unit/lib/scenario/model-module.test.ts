import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { modelModule } from '../../../../lib/scenario/scenario-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'volley-model-'))
const urlOf = (name: string): string => pathToFileURL(join(folder, name)).href
const scenario = urlOf('scenario.js')

it('finds what a compiler made of a model target, unless its source is there', () => {
  expect(modelModule(scenario, './target.ts')).toBe(urlOf('target.ts'))
  writeFileSync(join(folder, 'target.js'), '')
  expect(modelModule(scenario, './target.ts')).toBe(urlOf('target.js'))
  writeFileSync(join(folder, 'target.ts'), '')
  expect(modelModule(scenario, './target.ts')).toBe(urlOf('target.ts'))
})

it('keeps the endings of modules that say what they are', () => {
  writeFileSync(join(folder, 'other.mjs'), '')
  expect(modelModule(scenario, './other.mts')).toBe(urlOf('other.mjs'))
})
