import { describe, expect, it } from 'vitest'
import { IterationMeter } from '../../../../../functions/generator/load/iteration.ts'
import { runUsers } from '../../../../../functions/generator/load/run-users.ts'
import { type Interval, Recorder } from '../../../../../functions/generator/metering/recorder.ts'
import { Sleepers } from '../../../../../functions/generator/time/sleepers.ts'
import type { ProtocolClient, UserServices } from '../../../../../functions/generator/user/user-services.ts'
import { GeneratorUser } from '../../../../../functions/generator/user/virtual-user.ts'
import { ManualClock } from '../../../../../lib/adapters/clock/manual.ts'
import type { VirtualUser } from '../../../../../lib/core/scenario/flow.ts'
import { perVuIterations } from '../../../../../lib/core/schedule/per-vu-iterations.ts'

const turns = (count: number): Promise<void> =>
  count === 0 ? Promise.resolve() : new Promise((resolve) => setImmediate(() => resolve(turns(count - 1))))

/** Users making some iterations of a flow each; their only session answers nothing. */
function driven(run: (vu: VirtualUser) => Promise<unknown>, iterations = 1, count = 1) {
  const clock = new ManualClock(0)
  const intervals: Interval[] = []
  const recorder = new Recorder({
    startAtMs: 0,
    fromMs: 0,
    cuts: [{ seq: 0, fromMs: 0, toMs: 60_000, stages: [] }],
    metrics: {},
    onInterval: (interval) => void intervals.push(interval),
  })
  const session = { interrupt: () => undefined, close: async () => undefined } as unknown as ProtocolClient
  const services: UserServices = {
    clock,
    recorder,
    setup: undefined,
    metrics: {},
    sleepers: new Sleepers(clock),
    dataOf: () => ({}),
    openClient: () => session,
    openSockets: () => 0,
    close: async () => undefined,
  }
  const users = new Set<GeneratorUser>()
  const schedule = perVuIterations.schedule({
    executor: 'per-vu-iterations',
    users: count,
    iterations,
    maxDuration: '1m',
    startTime: '0s',
    gracefulStop: '1s',
  })
  const ended = runUsers({
    schedule,
    share: { slice: 0, slices: 1 },
    originMs: 0,
    part: { fromMs: 0, toMs: 60_000 },
    window: 0,
    gracefulStopMs: 1_000,
    firstUser: 0,
    seed: 1,
    chooseFlow: () => ({ name: 'browse', run }),
    createUser: (id) => new GeneratorUser(id, services),
    users,
    meter: new IterationMeter(recorder, clock),
    recorder,
    clock,
    signal: new AbortController().signal,
  })
  return {
    clock,
    users,
    ended,
    counted(metric: string): unknown[] {
      if (intervals.length === 0) recorder.finish(clock.now())
      return (intervals[0] as Interval).series
        .filter((each) => each.metric === metric)
        .map((each) => [each.tags, 'sum' in each ? each.sum : 'trues' in each ? each.trues : undefined])
    },
  }
}

describe('a flow that forgets to await a call', () => {
  it('lasts until the call has ended, so that calls never pile up, and is counted', async () => {
    let thoughts = 0
    const { clock, ended, counted } = driven(async (vu) => {
      void vu.think('1s').then(() => thoughts++)
    }, 3)
    await turns(3)
    await clock.advanceTo(999)
    await turns(20)
    expect(thoughts).toBe(0)
    await clock.advanceTo(1_000)
    await turns(20)
    await clock.advanceTo(2_000)
    await turns(20)
    expect(thoughts).toBe(2)
    await clock.advanceTo(3_000)
    await ended
    expect(counted('unawaited_calls')).toEqual([[{ flow: 'browse' }, 3]])
    expect(counted('iterations')).toEqual([[{ flow: 'browse' }, 3]])
  })

  it('lasts until what it goes on to call has ended, too', async () => {
    const seen: number[] = []
    const { clock, ended } = driven(async (vu) => {
      void (async () => {
        for (const number of [1, 2, 3]) {
          await vu.think('1s')
          seen.push(number)
        }
      })()
    })
    void ended.then(() => seen.push(0))
    await turns(3)
    for (const atMs of [1_000, 2_000, 3_000]) {
      await clock.advanceTo(atMs)
      await turns(5)
    }
    expect(seen).toEqual([1, 2, 3, 0])
  })

  it('forgot nothing where it failed beside calls that were still under way', async () => {
    const { clock, ended, counted } = driven(async (vu) => {
      await Promise.all([vu.think('1s'), vu.fail('out_of_stock')])
    })
    await turns(3)
    await clock.advanceTo(1_000)
    await ended
    expect(counted('unawaited_calls')).toEqual([])
    expect(counted('iteration_failed')).toEqual([[{ flow: 'browse', error: 'out_of_stock' }, 1]])
  })

  it('ends at once when it is interrupted', async () => {
    const { users, ended, counted } = driven(async (vu) => {
      void vu.think('1h').catch(() => undefined)
    })
    await turns(3)
    for (const user of users) user.interrupt()
    await ended
    expect(counted('interrupted_iterations')).toEqual([[{ flow: 'browse' }, 1]])
  })
})

describe('a flow that does not notice its interruption', () => {
  it('leaves others their turns, however often it tries again', async () => {
    let tries = 0
    const { users } = driven(async (vu) => {
      for (;;) {
        tries++
        await vu.think('1h').catch(() => undefined)
      }
    })
    await turns(1)
    for (const user of users) user.interrupt()
    await turns(10)
    expect(tries).toBeGreaterThan(2)
    expect(tries).toBeLessThan(20)
  })

  it('counts as interrupted once when the generator leaves, and gets no turn any more', async () => {
    let tries = 0
    const { users, counted } = driven(async (vu) => {
      for (;;) {
        tries++
        await vu.think('1h').catch(() => undefined)
      }
    })
    await turns(1)
    for (const user of users) user.interrupt()
    for (const user of [...users, ...users]) user.abandon()
    await turns(3)
    const before = tries
    await turns(10)
    expect(tries).toBe(before)
    expect(counted('interrupted_iterations')).toEqual([[{ flow: 'browse', reason: 'never_ended' }, 1]])
  })
})

describe('users who come all at once', () => {
  it('leave those who are there already their turns', async () => {
    const begun: number[] = []
    const { clock } = driven(
      async (vu) => {
        begun.push(vu.id)
        await vu.think('1h')
      },
      1,
      1_000,
    )
    await turns(1)
    expect(begun.length).toBeGreaterThan(0)
    expect(begun.length).toBeLessThan(200)
    await turns(20)
    expect(begun.length).toBe(1_000)
    expect(clock.now()).toBe(0)
  })
})
