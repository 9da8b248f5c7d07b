import { describe, expect, it } from 'vitest'
import { UserCookies } from '../../../../../functions/generator/cookies/cookie-jar.ts'
import { errorClassOf } from '../../../../../functions/generator/metering/error-class.ts'
import { type Interval, Recorder } from '../../../../../functions/generator/metering/recorder.ts'
import { Sleepers } from '../../../../../functions/generator/time/sleepers.ts'
import { customMetrics } from '../../../../../functions/generator/user/custom-metrics.ts'
import type { ProtocolClient, UserServices } from '../../../../../functions/generator/user/user-services.ts'
import { GeneratorUser } from '../../../../../functions/generator/user/virtual-user.ts'
import { ManualClock } from '../../../../../lib/adapters/clock/manual.ts'
import { SeededRandom } from '../../../../../lib/core/base/random.ts'
import { lostInJson } from '../../../../../lib/core/scenario/flow/survives-json.ts'
import { FlowError, type RetryOptions } from '../../../../../lib/core/scenario/flow.ts'

const METRICS = {
  bytes: { kind: 'counter', unit: '' },
  depth: { kind: 'gauge', unit: '' },
  good: { kind: 'rate', unit: '' },
  time: { kind: 'trend', unit: 'ms' },
} as const

function measuredUser(clock = new ManualClock(0)) {
  let interval: Interval | undefined
  const recorder = new Recorder({
    startAtMs: 0,
    fromMs: 0,
    cuts: [{ seq: 0, fromMs: 0, toMs: 1_000, stages: [] }],
    metrics: METRICS,
    onInterval: (ended) => {
      interval = ended
    },
  })
  const services: UserServices = {
    clock,
    recorder,
    setup: undefined,
    metrics: customMetrics(METRICS, recorder),
    sleepers: new Sleepers(clock),
    dataOf: () => ({}),
    openClient: () =>
      ({ interrupt: () => undefined, close: async () => undefined }) as unknown as ProtocolClient,
    openSockets: () => 0,
    close: async () => undefined,
  }
  const user = new GeneratorUser(0, services)
  return {
    user,
    recorded(metric: string) {
      if (!interval) recorder.finish(clock.now())
      return interval?.series.filter((series) => series.metric === metric)
    },
  }
}

const badValue = (message: string): unknown =>
  expect.objectContaining({ errorClass: 'bad_value', message: expect.stringContaining(message) })

describe('metrics of a flow', () => {
  const number = '(allowed: a boolean, or a number from -(2^53 - 1) to 2^53 - 1)'
  it.each([
    ...(['bytes', 'depth', 'time'] as const).flatMap((metric) =>
      [
        [Number.NaN, 'NaN'],
        [Number.POSITIVE_INFINITY, 'Infinity'],
        [1e308, '1e+308'],
        ['3', 'a text of 1 characters'],
        [undefined, 'not given'],
        [null, 'null'],
        [{}, 'an object'],
        [3n, 'a BigInt'],
        [() => 3, 'a function: call it'],
        [Promise.resolve(3), 'a Promise: await it'],
      ].map(([value, what]) => [metric, value, `the value for ${metric} is ${what} ${number}`] as const),
    ),
    ...[2, 0.5, -1, Number.NaN, 'true', undefined, () => true, Promise.resolve(false)].map(
      (value) => ['good', value, '(allowed: a boolean, 0 or 1)'] as const,
    ),
  ])('%s takes no %o', (metric, value, message) => {
    const { user, recorded } = measuredUser()
    expect(() => user.metrics[metric]?.add(value as number)).toThrow(badValue(message))
    expect(recorded(metric)).toEqual([])
  })

  it('take numbers and booleans', () => {
    const { user, recorded } = measuredUser()
    const { bytes, depth, good, time } = user.metrics
    for (const value of [1, 2.5, true, -1]) bytes?.add(value)
    for (const value of [7, -3, false]) depth?.add(value)
    for (const value of [true, false, 1, 0]) good?.add(value)
    for (const value of [1, -1]) time?.add(value)
    expect(recorded('bytes')).toMatchObject([{ sum: 3.5 }])
    expect(recorded('depth')).toMatchObject([{ last: 0, min: -3, max: 7 }])
    expect(recorded('good')).toMatchObject([{ trues: 2, total: 4 }])
    expect(recorded('time')).toMatchObject([{ count: 2, min: 0, max: 1_000 }])
    expect(recorded('negative_values')).toMatchObject([{ tags: { metric: 'time' }, sum: 1 }])
  })

  it('write numbers and booleans as tags, and refuse what is no text of a line', () => {
    const { user, recorded } = measuredUser()
    const add = (tags: unknown) => user.metrics.bytes?.add(1, tags as never)
    add({ region: 5, hot: true })
    add({ region: '5', hot: 'true' })
    expect(() => add({ region: Number.NaN })).toThrow(badValue('tags of bytes.region is NaN'))
    expect(() => add({ region: {} })).toThrow(badValue('tags of bytes.region is an object'))
    expect(() => add({ region: 'a\nb' })).toThrow(badValue('tags of bytes.region is a text of 3 characters'))
    expect(() => add('north')).toThrow(badValue('tags of bytes is a text of 5 characters'))
    expect(recorded('bytes')).toMatchObject([{ tags: { region: '5', hot: 'true' }, sum: 2 }])
  })
})

describe('a check', () => {
  it.each([
    [true, true],
    [false, false],
    [1, true],
    [0, false],
    ['x', true],
    ['', false],
    [undefined, false],
    [null, false],
    [Number.NaN, false],
    [{}, true],
  ])('of %o is %s', (value, held) => {
    const { user, recorded } = measuredUser()
    expect(user.check('c', value as boolean)).toBe(held)
    expect(recorded('checks')).toMatchObject([{ trues: held ? 1 : 0, total: 1 }])
  })

  it.each([
    [Promise.resolve(false), 'the check c is a Promise: await it'],
    [() => false, 'the check c is a function: call it'],
  ])('is refused as %o, which would hold whatever comes of it', (value, message) => {
    const { user, recorded } = measuredUser()
    expect(() => user.check('c', value as never)).toThrow(badValue(message))
    expect(recorded('checks')).toEqual([])
  })

  it('has a name, which may be a number', () => {
    const { user, recorded } = measuredUser()
    user.check(200 as never, true)
    for (const name of [{}, '', 'a\nb', Number.NaN, undefined, 'x'.repeat(1_001)])
      expect(() => user.check(name as never, true)).toThrow(badValue('the name of a check is '))
    expect(recorded('checks')).toMatchObject([{ tags: { check: '200' }, total: 1 }])
  })
})

describe('steps, spans and think times', () => {
  it('need a name and work', async () => {
    const { user, recorded } = measuredUser()
    await user.step(1 as never, async () => undefined)
    await expect(user.step({} as never, async () => undefined)).rejects.toEqual(
      badValue('the name of a step is'),
    )
    await expect(user.step('s', Promise.resolve() as never)).rejects.toEqual(
      badValue('the work of a step is a Promise: await it'),
    )
    await expect(user.span('time', 5 as never)).rejects.toEqual(badValue('the work of a span is 5'))
    await expect(user.span('toString', async () => 1)).rejects.toMatchObject({ errorClass: 'unknown_metric' })
    expect(recorded('step_duration')).toMatchObject([{ tags: { name: '1' }, count: 1 }])
  })

  it.each<unknown[]>([
    [Number.NaN],
    [5],
    ['soon'],
    [undefined],
    [null],
    ['-1s'],
    ['4000d'],
    ['1s', 5],
    ['1s', 'x'],
  ])('refuse the think time %o', async (...[duration, upTo]) => {
    const { user } = measuredUser()
    await expect(user.think(duration as string, upTo as string)).rejects.toEqual(badValue('think time is '))
  })

  it('lie between two lengths, whichever is written first', async () => {
    const clock = new ManualClock(0)
    const { user } = measuredUser(clock)
    for (const [length, upTo] of [
      ['200ms', '500ms'],
      ['500ms', '200ms'],
    ] as const) {
      const fromMs = clock.now()
      let over = false
      void user.think(length, upTo).then(() => {
        over = true
      })
      await clock.advanceTo(fromMs + 199)
      expect(over).toBe(false)
      await clock.advanceTo(fromMs + 500)
      expect(over).toBe(true)
    }
  })

  it('may take a month', async () => {
    const clock = new ManualClock(0)
    const { user } = measuredUser(clock)
    let over = false
    void user.think('30d').then(() => {
      over = true
    })
    await clock.advanceTo(2_591_999_999)
    expect(over).toBe(false)
    await clock.advanceTo(2_592_000_000)
    expect(over).toBe(true)
  })
})

describe('retries', () => {
  it.each([
    [{ attempts: Number.NaN }, 'attempts is NaN (allowed: a whole number from 1 to 1000000)'],
    [{ attempts: '3' }, 'attempts is a text of 1 characters'],
    [{ attempts: Number.POSITIVE_INFINITY }, 'attempts is Infinity'],
    [{ attempts: 0 }, 'attempts is 0'],
    [{ attempts: 2, backoff: 5 }, 'backoff is 5'],
    [{ attempts: 2, until: true }, 'until is true (allowed: a function of the outcome)'],
    [{ attempts: 2, untill: () => true }, 'vu.retry: untill is no option here: did you mean until?'],
    [undefined, 'the options of retry is not given'],
    [{ attempts: 2, until: async () => false }, 'what until returned is a Promise: await it'],
  ])('refuse %o', async (options, message) => {
    const { user } = measuredUser()
    await expect(user.retry(options as RetryOptions<number>, async () => 1)).rejects.toEqual(
      badValue(message),
    )
  })
})

describe('the class of a failure', () => {
  it.each([
    ['login_failed', 'login_failed'],
    ['Łogin failed: 500', 'Łogin failed: 500'],
    ['two\r\nlines', 'two lines'],
    ['x'.repeat(10_000), `${'x'.repeat(99)}…`],
    ['', 'other'],
    [500, '500'],
    [undefined, 'other'],
    [{}, 'other'],
  ])('of vu.fail(%o) is one short line', (given, expected) => {
    const { user } = measuredUser()
    const failed = (): never => user.fail(given as string, 'why')
    expect(failed).toThrow(
      expect.objectContaining({ name: 'FlowError', errorClass: expected, message: 'why' }),
    )
    expect(errorClassOf(Object.assign(new Error(), { errorClass: String(given) }))).toBe(
      given === undefined ? 'undefined' : typeof given === 'object' ? '[object Object]' : expected,
    )
  })

  it('of an error is that of the error', () => {
    const { user } = measuredUser()
    expect(() => user.fail(new TypeError('no') as never)).toThrow(
      expect.objectContaining({ errorClass: 'type_error', message: 'no' }),
    )
  })

  it('has a message, whatever it was made of', () => {
    expect(new FlowError('a', Symbol('s') as never).message).toBe('other')
    expect(new FlowError('a', 5 as never).message).toBe('5')
  })
})

describe('seeded choices', () => {
  const random = new SeededRandom(1)
  it.each([
    () => random.integer(2, 1),
    () => random.integer(Number.NaN, 1),
    () => random.integer(0, Number.POSITIVE_INFINITY),
    () => random.pick([]),
    () => random.pick(undefined as never),
    () => random.string(-1),
    () => random.string(1e12),
    () => random.string('3' as never),
  ])('are made among something: %o', (choose) => {
    expect(choose).toThrow(expect.objectContaining({ errorClass: 'bad_value' }))
  })
})

describe('cookies that a flow sets', () => {
  const cookies = () => new UserCookies('http://127.0.0.1/', () => 0)
  it.each([
    ['consent', 'yes', 'yes'],
    ['page', 5, '5'],
    ['name', 'José "x"', 'José "x"'],
    ['empty', '', ''],
  ])('have a name and a value: %s=%o', (name, value, expected) => {
    const jar = cookies()
    jar.set(name, value as string)
    expect(jar.get(name)).toBe(expected)
  })

  it.each([
    ['a b', 'x'],
    ['', 'x'],
    [5, 'x'],
    ['a', 'x; path=/'],
    ['a', 'x\r\ny: z'],
    ['a', 'Łukasz'],
    ['a', Number.NaN],
    ['a', undefined],
    ['a', Promise.resolve('x')],
  ])('are refused where they could not be sent: %o=%o', (name, value) => {
    const jar = cookies()
    expect(() => jar.set(name as string, value as string)).toThrow(
      expect.objectContaining({ errorClass: 'bad_value' }),
    )
    expect(jar.empty).toBe(true)
  })
})

describe('what survives JSON', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = { cycle }
  it.each([
    [{ a: [1, 'x', null, true, { b: undefined }] }, undefined],
    ['text', undefined],
    [{ token: Promise.resolve(1) }, { field: 'setup.token', value: 'a Promise: await it' }],
    [{ users: [{ at: new Date(0) }] }, { field: 'setup.users[0].at', value: 'a Date' }],
    [[undefined], { field: 'setup[0]', value: 'not given' }],
    [{ n: Number.NaN }, { field: 'setup.n', value: 'NaN' }],
    [{ f: () => 1 }, { field: 'setup.f', value: 'a function: call it' }],
    [{ m: new Map() }, { field: 'setup.m', value: 'a Map' }],
    [{ b: 1n }, { field: 'setup.b', value: 'a BigInt' }],
    [{ bytes: new Uint8Array(2) }, { field: 'setup.bytes', value: 'a Uint8Array' }],
    [cycle, { field: 'setup.self.cycle', value: 'an object that it is a part of' }],
  ])('of %o: what does not is %o', (value, lost) => {
    expect(lostInJson('setup', value)).toEqual(lost)
  })
})
