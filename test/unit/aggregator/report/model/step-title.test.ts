import { expect, it } from 'vitest'
import { stepParts, stepTitle } from '../../../../../aggregator/report/model/step-title.ts'

it('a step has its method once, whether it has a name of its own or not', () => {
  expect(stepTitle({ method: 'GET', name: 'GET /me' })).toBe('GET /me')
  expect(stepTitle({ method: 'GET', name: 'profile' })).toBe('GET profile')
  expect(stepTitle({ method: 'GET', name: 'GETAWAY' })).toBe('GET GETAWAY')
  expect(stepTitle({ name: 'chat' })).toBe('chat')
  expect(stepParts({ method: 'GET', name: 'GET /me' })).toEqual(['GET', '/me'])
  expect(stepParts({ method: 'GET', name: 'profile' })).toEqual(['GET', 'profile'])
})
