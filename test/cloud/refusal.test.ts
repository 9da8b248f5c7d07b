import { expect, it } from 'vitest'
import { ended, keysUnder, start, withTarget } from './deployment.ts'

it('fails an execution that asks for what is not there, with all mistakes as its cause', async () => {
  const { status, error, cause } = await ended(await start('unknown', { scenario: 'codepall' }))
  expect([status, error]).toEqual(['FAILED', 'SCENARIO_NOT_FOUND'])
  expect(cause).toContain('scenario: codepall')
  expect(cause).toContain('codepal')
  expect(await keysUnder('runs/unknown/')).toEqual([])
})

it('does not start a run above its budget', async () => {
  await withTarget(async ({ url }) => {
    const input = { scenario: 'codepal', profile: 'smoke', target: url, budgetUsd: 0.0001 }
    const { error, cause } = await ended(await start('dear', input))
    expect(error).toBe('OVER_BUDGET')
    expect(cause).toContain('--budget')
    expect(await keysUnder('runs/dear/')).toEqual([])
  })
})

it('does not send load where the deployment does not allow it', async () => {
  const input = { scenario: 'codepal', target: 'https://example.com' }
  const { error, cause } = await ended(await start('forbidden', input))
  expect(error).toBe('TARGET_NOT_ALLOWED')
  expect(cause).toContain('example.com:443 is not an allowed target')
})

it('does not take the name of another run, nor end it', async () => {
  const input = { scenario: 'codepal', run: 'somebody-elses' }
  const { error, cause } = await ended(await start('mine', input))
  expect(error).toBe('INPUT_INVALID')
  expect(cause).toContain('run: somebody-elses')
  expect(await keysUnder('runs/somebody-elses/')).toEqual([])
})
