import { expect, test } from 'vitest'
import { Fleet } from '../../../../lib/target/fleet.ts'
import { ManualTimers } from './manual-timers.ts'

const SCALING = {
  minTasks: 2,
  maxTasks: 8,
  slotsPerTask: 5,
  targetUtilisation: 0.5,
  scaleOutAbove: 0.6,
  breachesToScaleOut: 2,
  provisioningMs: 3_000,
  scaleInAfterMs: 6_000,
}

function fleetOf(scaling: Partial<typeof SCALING> = {}, queueLimit = 1_000) {
  const timers = new ManualTimers()
  const fleet = new Fleet({ scaling: { ...SCALING, ...scaling }, queueLimit, timers })
  let users = 0
  const visit = (user: number) => {
    if (user >= users) return
    if (!fleet.offer(50, () => visit(user))) timers.after(10, () => visit(user))
  }
  const hold = (count: number) => {
    const before = users
    users = count
    for (let user = before; user < count; user++) visit(user)
  }
  return { timers, fleet, hold }
}

test('utilisation is the busy share of the running tasks, in all and by task', () => {
  const { timers, fleet, hold } = fleetOf({ scaleOutAbove: 9 })
  hold(4)
  timers.advance(20_000)
  expect(fleet.load.utilisation).toBeCloseTo(0.4, 3)
  expect(fleet.load.utilisationByTask).toHaveLength(2)
  expect(fleet.load.utilisationByTask[0]).toBeCloseTo(0.4, 1)
  expect(fleet.load.saturation).toBe(0)
})

test('saturation is the share of the work that waits', () => {
  const { timers, fleet, hold } = fleetOf({ maxTasks: 2 })
  hold(40)
  timers.advance(20_000)
  expect(fleet.load.utilisation).toBeCloseTo(1, 2)
  expect(fleet.load.saturation).toBeCloseTo(0.75, 2)
})

test('saturation counts the work that is turned away', () => {
  const { timers, fleet, hold } = fleetOf({ maxTasks: 2 }, 0)
  hold(20)
  timers.advance(20_000)
  expect(fleet.load.saturation).toBeGreaterThan(0.8)
})

test('demand beyond the threshold brings more tasks, and utilisation back to its target', () => {
  const { timers, fleet, hold } = fleetOf()
  hold(16)
  timers.advance(1_000)
  expect([fleet.autoscaler.desiredTasks, fleet.capacity.tasks]).toEqual([7, 2])
  timers.advance(3_000)
  expect(fleet.capacity.tasks).toBe(7)
  timers.advance(20_000)
  expect(fleet.load.utilisation).toBeCloseTo(16 / 35, 2)
})

test('a fleet that is stopped observes nothing more', () => {
  const { timers, fleet, hold } = fleetOf()
  fleet.stop()
  hold(16)
  timers.advance(5_000)
  expect(fleet.load.utilisation).toBe(0)
  expect(fleet.autoscaler.desiredTasks).toBe(2)
})
