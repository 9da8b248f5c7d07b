import { expect, test } from 'vitest'
import { Tokens } from '../../../../lib/target/token.ts'

test('a token names its subject until it expires', () => {
  const tokens = new Tokens()
  const token = tokens.issue('user-7', 1_000)
  expect(tokens.subjectOf(token, 999)).toBe('user-7')
  expect(tokens.subjectOf(token, 1_000)).toBeUndefined()
})

test('a token with another subject, expiry or signature is not accepted', () => {
  const tokens = new Tokens()
  const token = tokens.issue('user-7', 1_000)
  const forged = [
    token.replace('user-7', 'user-8'),
    token.replace('.1000.', '.9999.'),
    token.slice(0, -1),
    `${token}A`,
    new Tokens().issue('user-7', 1_000),
    'user-7.1000.',
    'nonsense',
    '',
  ]
  for (const text of forged) expect(tokens.subjectOf(text, 0), text).toBeUndefined()
})
