import { expect, it } from 'vitest'
import { checkOptions, reconnectPlan } from '../../../../../../lib/core/scenario/flow/check-options.ts'

const refused = (message: string): unknown =>
  expect.objectContaining({ errorClass: 'bad_request_options', message })

it.each([
  ['websocket', { name: 'room', protocols: ['chat'], onMessage: () => undefined, lifetime: 'user' }],
  ['tcp', { idOf: () => 1, reconnect: true, pushedAt: () => 1, maxMessageBytes: 1 }],
  [
    'stream',
    {
      json: {},
      as: 'lines',
      expect: 200,
      reconnect: { attempts: 1, backoff: '1s', maxBackoff: '2s', jitter: 0 },
    },
  ],
  ['jsonRpc', { over: 'tcp', onRequest: () => 1, params: { id: 1 } }],
  ['mcp', { listen: true, clientInfo: { name: 'a', version: '1' }, capabilities: { roots: {} } }],
] as const)('takes what vu.%s understands', (member, options) => {
  expect(() => checkOptions(member, options)).not.toThrow()
})

it('says everything that is wrong at once', () => {
  const options = { timeout: 'soon', idOf: 'id', lifetime: 'forever', headers: {}, reconnect: { jitter: 2 } }
  expect(() => checkOptions('tcp', options)).toThrow(
    refused(
      'vu.tcp: timeout is "soon" (allowed: must be a length of time such as 500ms, 90s or 1h30m, at most 3650d); ' +
        'reconnect.jitter is 2 (allowed: at most 1); idOf is "id" (allowed: must be a function); ' +
        'lifetime is "forever" (allowed: one of iteration, user); headers is no option here: use one of name, tags, ' +
        'timeout, maxMessageBytes, reconnect, pushedAt, idOf, onMessage, onReconnected, lifetime',
    ),
  )
})

it('knows how to come back', () => {
  expect(reconnectPlan(false)).toBe(undefined)
  expect(reconnectPlan(undefined)).toBe(undefined)
  expect(reconnectPlan(true)).toEqual({ attempts: 10, firstMs: 500, longestMs: 30_000, jitter: 0.5 })
  expect(reconnectPlan({ backoff: '1s', attempts: 3 })).toEqual({
    attempts: 3,
    firstMs: 1_000,
    longestMs: 30_000,
    jitter: 0.5,
  })
})
