import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../../../lib/core/base/duration.ts'
import { VolleyError } from '../../../../lib/core/base/errors.ts'
import { isOwnFault, StrayErrors } from '../../../../lib/user-code/stray-errors.ts'

function errorOf(...places: string[]): Error {
  const error = new TypeError('x is not a function')
  error.stack = ['TypeError: x is not a function', ...places.map((place) => `    at ${place}`)].join('\n')
  return error
}

const OWN = new URL('../../../../functions/generator/time/sleepers.ts', import.meta.url).href
const TIMERS = 'listOnTimeout (node:internal/timers:605:17)'

describe('stray errors', () => {
  it('reach every listener, and the first hears of those that came before it', () => {
    const strays = new StrayErrors()
    strays.report('early')
    const heard: unknown[] = []
    const deaf = strays.listen((error) => heard.push(['first', error]))
    strays.listen((error) => heard.push(['second', error]))
    strays.report('late')
    deaf()
    strays.report('last')
    expect(heard).toEqual([
      ['first', 'early'],
      ['first', 'late'],
      ['second', 'late'],
      ['second', 'last'],
    ])
  })
})

describe('an uncaught error', () => {
  it.each([
    ['a flow', [`Timeout._onTimeout (file:///home/ann/shop.ts:12:5)`, TIMERS]],
    ['a flow that Volley called', ['run (file:///home/ann/shop.ts:12:5)', `Sleepers.wake (${OWN}:1:2)`]],
    ['a socket of a flow', ['TCPConnectWrap.afterConnect (node:net:1637:16)']],
    ['a CommonJS module', ['Timeout._onTimeout (/home/ann/shop.js:12:5)', TIMERS]],
    [
      'a suite',
      [`async step (${new URL('../../../../scenarios/codepal/scenario.ts', import.meta.url).href}:1:2)`],
    ],
  ])('of %s is none of ours', (_, places) => {
    expect(isOwnFault(errorOf(...places))).toBe(false)
  })

  it('that passed through our code alone is our fault', () => {
    expect(
      isOwnFault(errorOf(`Sleepers.wake (${OWN}:1:2)`, `async file://${OWN.slice(7)}:3:4`, TIMERS)),
    ).toBe(true)
  })

  it.each([[undefined], ['text'], [{ code: 1 }]])('that is no Error is none of ours: %s', (thrown) => {
    expect(isOwnFault(thrown)).toBe(false)
  })

  it('is told by the stack that Node writes', () => {
    expect(parseDuration('1s')).toBe(1_000)
    // It passed through this file, which is no part of Volley.
    expect(isOwnFault(new VolleyError('INPUT_INVALID', 'no'))).toBe(false)
  })
})
