import { expect, test } from 'vitest'
import { SeededRandom } from '../../../../lib/core/base/random.ts'
import { settingsOf } from '../../../../lib/target/model.ts'
import { drawServiceMs } from '../../../../lib/target/service-time.ts'
import { CONDITIONS } from '../../../../scenarios/codepal/target/conditions.ts'
import { Platform } from '../../../../scenarios/codepal/target/platform.ts'
import { ROUTES } from '../../../../scenarios/codepal/target/routes.ts'
import { ManualTimers } from '../../lib/target/manual-timers.ts'

const MEDIANS = Object.values(ROUTES).map(({ medianMs }) => medianMs)

/** A platform with users who ask again as soon as they are answered, or a second after they are refused. */
function platformWithUsers(condition: string) {
  const timers = new ManualTimers()
  const platform = new Platform(settingsOf(CONDITIONS, condition), 1, timers)
  const random = new SeededRandom(5)
  const responseMs: number[] = []
  let users = 0
  let refused = 0
  const visit = (user: number) => {
    if (user >= users) return
    const answered = ({ waitMs, serviceMs }: { waitMs: number; serviceMs: number }) => {
      responseMs.push(waitMs + serviceMs)
      platform.backing.countRequest(1)
      visit(user)
    }
    if (platform.offer(random.pick(MEDIANS), answered)) return
    refused += 1
    timers.after(1_000, () => visit(user))
  }
  const hold = (count: number, durationMs: number) => {
    const before = users
    users = count
    for (let user = before; user < count; user++) visit(user)
    timers.advance(durationMs)
  }
  return { platform, hold, responseMs, refused: () => refused }
}

function quantile(values: readonly number[], q: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] as number
}

test('unqueued service times are well inside the limits when healthy, and past them when slow', () => {
  const random = new SeededRandom(2)
  const times = Array.from({ length: 20_000 }, () => drawServiceMs(random, random.pick(MEDIANS)))
  expect(quantile(times, 0.95)).toBeLessThan(100)
  expect(quantile(times, 0.99)).toBeLessThan(150)
  expect(5 * quantile(times, 0.95)).toBeGreaterThan(350)
  expect(settingsOf(CONDITIONS, 'slow').slowdown).toBe(5)
})

test('a spike from 50 to 100 users is noticed within 5 s, answered, and paid back afterwards', () => {
  const { platform, hold, responseMs, refused } = platformWithUsers('healthy')
  const { autoscaler } = platform.fleet
  hold(50, 20_000)
  const before = autoscaler.desiredTasks
  expect(platform.fleet.load.utilisation).toBeLessThan(0.6)
  responseMs.length = 0
  hold(100, 1_500)
  expect(autoscaler.desiredTasks).toBeGreaterThan(1.5 * before)
  expect(platform.fleet.scaleOutDelayMs).toBeLessThan(5_000)
  hold(100, 20_000)
  expect(autoscaler.runningTasks).toBe(autoscaler.desiredTasks)
  expect(platform.fleet.load.utilisation).toBeLessThan(0.6)
  expect(quantile(responseMs, 0.95)).toBeLessThan(120)
  expect(quantile(responseMs, 0.99)).toBeLessThan(250)
  expect(refused()).toBe(0)
  hold(5, 15_000)
  expect(autoscaler.runningTasks).toBe(4)
})

test('what the platform leans on keeps its targets when healthy', () => {
  const { platform, hold } = platformWithUsers('healthy')
  hold(50, 10_000)
  const { redisCommands, redisHits, redisMisses, queueMessages } = platform.backing
  hold(50, 10_000)
  const { backing } = platform
  expect((backing.redisCommands - redisCommands) / 10).toBeGreaterThan(15_000)
  expect((backing.queueMessages - queueMessages) / 10).toBeGreaterThan(1_500)
  const hits = backing.redisHits - redisHits
  expect(hits / (hits + backing.redisMisses - redisMisses)).toBeGreaterThan(0.85)
  expect(backing.replicaLagMs).toBeLessThan(500)
})

test('an exhausted platform sheds load at 20 users, never scales, and drags what it leans on down', () => {
  const { platform, hold, refused } = platformWithUsers('exhausted')
  hold(20, 20_000)
  expect(refused()).toBeGreaterThan(100)
  expect(platform.fleet.autoscaler.desiredTasks).toBe(1)
  expect(platform.fleet.load.utilisation).toBeGreaterThan(0.95)
  expect(platform.fleet.scaleOutDelayMs).toBeGreaterThan(5_000)
  const { redisCommands } = platform.backing
  hold(20, 10_000)
  expect((platform.backing.redisCommands - redisCommands) / 10).toBeLessThan(10_000)
  expect(platform.backing.cacheHitShare).toBeLessThan(0.8)
})
