import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { deployedScenarios, scenariosIn } from '../../../../../lib/infra/settings/deployed-scenarios.ts'

function folderWith(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'volley-scenarios-'))
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), '')
  }
  return folder
}

const refusal = (folder: string, limit: string) =>
  expect.objectContaining({
    code: 'INPUT_INVALID',
    mistakes: [expect.objectContaining({ field: '-c scenarios', value: folder, limit })],
  })

it('finds modules of a folder, and folders with a module called scenario', () => {
  const folder = folderWith(
    ...['checkout.ts', 'search/scenario.mjs', 'search/flows.ts', 'data/users.csv', 'README.md'],
    ...['types.d.ts', 'node_modules/scenario.js', 'two words.ts'],
  )
  expect(scenariosIn(folder)).toEqual(
    new Map([
      ['checkout', join(folder, 'checkout.ts')],
      ['search', join(folder, 'search/scenario.mjs')],
    ]),
  )
})

it('has the suites beside them', () => {
  const folder = folderWith('checkout.ts')
  expect([...deployedScenarios(folder).keys()]).toEqual(['codepal', 'checkout'])
  expect([...deployedScenarios(undefined).keys()]).toEqual(['codepal'])
})

it('refuses the name of a suite, a folder without scenarios, and one that is not there', () => {
  const limit = 'a folder with scenarios: name.ts, or name/scenario.ts'
  const taken = folderWith('codepal.ts')
  expect(() => deployedScenarios(taken)).toThrow(refusal(taken, 'names other than those of suites: codepal'))
  const empty = folderWith('README.md')
  expect(() => scenariosIn(empty)).toThrow(refusal(empty, limit))
  expect(() => scenariosIn('/nowhere/at/all')).toThrow(refusal('/nowhere/at/all', limit))
})
