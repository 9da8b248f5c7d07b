import { describe, expect, it } from 'vitest'
import { Recorder } from '../../../../../functions/generator/metering/recorder.ts'
import { Sleepers } from '../../../../../functions/generator/time/sleepers.ts'
import type { ProtocolClient, UserServices } from '../../../../../functions/generator/user/user-services.ts'
import { GeneratorUser } from '../../../../../functions/generator/user/virtual-user.ts'
import { ManualClock } from '../../../../../lib/adapters/clock/manual.ts'

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error) => error.errorClass,
  )

function userAt(clock: ManualClock) {
  const told: string[] = []
  const session = {
    interrupt: () => told.push('session'),
    close: async () => undefined,
  } as unknown as ProtocolClient
  const recorder = new Recorder({
    startAtMs: 0,
    fromMs: 0,
    cuts: [{ seq: 0, fromMs: 0, toMs: 1_000, stages: [] }],
    metrics: {},
    onInterval: () => undefined,
  })
  const services: UserServices = {
    clock,
    recorder,
    setup: undefined,
    metrics: {},
    sleepers: new Sleepers(clock),
    dataOf: () => {
      told.push('data')
      return {}
    },
    openClient: () => session,
    openSockets: () => 0,
    close: async () => undefined,
  }
  return { user: new GeneratorUser(7, services), told }
}

describe('a virtual user', () => {
  it('thinks for as long as it says', async () => {
    const clock = new ManualClock(0)
    const { user } = userAt(clock)
    let over = false
    void user.think('2s').then(() => {
      over = true
    })
    await clock.advanceTo(1_999)
    expect(over).toBe(false)
    await clock.advanceTo(2_000)
    expect(over).toBe(true)
  })

  it('is cut off in all its thoughts at once when it is interrupted, and thinks no more', async () => {
    const clock = new ManualClock(0)
    const { user, told } = userAt(clock)
    const short = outcome(user.think('1s'))
    await clock.advanceTo(1_000)
    const thoughts = [outcome(user.think('1m')), outcome(user.think('1h')), outcome(user.think('1m'))]
    user.interrupt()
    user.interrupt()
    expect(await Promise.all([short, ...thoughts])).toEqual([
      'done',
      'interrupted',
      'interrupted',
      'interrupted',
    ])
    expect(await outcome(user.think('1s'))).toBe('interrupted')
    expect(told).toEqual(['session'])
  })

  it('fails a thought of no length of time as any other mistake of a flow', async () => {
    const { user } = userAt(new ManualClock(0))
    await expect(user.think('soon')).rejects.toThrow()
  })

  it.each(['before', 'after'])('tells of its interruption by its signal, asked for %s it', (when) => {
    const { user } = userAt(new ManualClock(0))
    const early = when === 'before' ? user.signal : undefined
    user.interrupt()
    const { signal } = user
    if (early) expect(signal).toBe(early)
    expect([signal.aborted, signal.reason.errorClass, user.interrupted]).toEqual([true, 'interrupted', true])
  })

  it('keeps its variables, and looks its data up once', () => {
    const { user, told } = userAt(new ManualClock(0))
    user.vars.token = 'x'
    expect(user.vars).toEqual({ token: 'x' })
    expect(user.data).toBe(user.data)
    expect(told).toEqual(['data'])
  })
})
