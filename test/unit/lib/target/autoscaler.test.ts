import { expect, test } from 'vitest'
import { Autoscaler, type AutoscalerOptions } from '../../../../lib/target/autoscaler.ts'

const PERIOD_MS = 500

function autoscaler(limits: Partial<AutoscalerOptions> = {}) {
  const scaler = new Autoscaler({
    minTasks: 2,
    maxTasks: 20,
    slotsPerTask: 10,
    targetUtilisation: 0.5,
    scaleOutAbove: 0.6,
    breachesToScaleOut: 2,
    provisioningMs: 3_000,
    scaleInAfterMs: 6_000,
    ...limits,
  })
  let nowMs = 0
  const observe = (mean: number, times = 1) => {
    for (let i = 0; i < times; i++) {
      scaler.observe({ fromMs: nowMs, toMs: nowMs + PERIOD_MS, mean })
      nowMs += PERIOD_MS
    }
    return { desired: scaler.desiredTasks, running: scaler.runningTasks }
  }
  return { scaler, observe, nowMs: () => nowMs }
}

test('tasks stay as they are while demand is below the threshold', () => {
  const { observe } = autoscaler()
  expect(observe(12, 100)).toEqual({ desired: 2, running: 2 })
})

test('a single breach scales nothing, the second in a row asks for all tasks needed', () => {
  const { observe } = autoscaler()
  expect(observe(60)).toEqual({ desired: 2, running: 2 })
  expect(observe(0)).toEqual({ desired: 2, running: 2 })
  expect(observe(60)).toEqual({ desired: 2, running: 2 })
  expect(observe(60)).toEqual({ desired: 12, running: 2 })
})

test('tasks asked for run once they are provisioned', () => {
  const { observe } = autoscaler()
  observe(60, 2)
  expect(observe(60, 5)).toEqual({ desired: 12, running: 2 })
  expect(observe(60)).toEqual({ desired: 12, running: 12 })
})

test('the delay of scaling out runs from the start of the breach', () => {
  const { scaler, observe, nowMs } = autoscaler()
  observe(5, 4)
  expect(scaler.scaleOutDelayMs(nowMs())).toBe(0)
  observe(60)
  expect(scaler.scaleOutDelayMs(nowMs())).toBe(500)
  observe(60)
  observe(60, 20)
  expect(scaler.scaleOutDelayMs(nowMs())).toBe(1_000)
})

test('demand that cannot be answered lets the delay grow', () => {
  const { scaler, observe, nowMs } = autoscaler({ minTasks: 1, maxTasks: 1 })
  expect(observe(60, 20)).toEqual({ desired: 1, running: 1 })
  expect(scaler.scaleOutDelayMs(nowMs())).toBe(10_000)
})

test('no more tasks are asked for than the maximum', () => {
  const { observe } = autoscaler()
  expect(observe(10_000, 2).desired).toBe(20)
})

test('tasks are given back once fewer have been enough for the whole calm', () => {
  const { observe } = autoscaler()
  observe(60, 20)
  expect(observe(10, 11)).toEqual({ desired: 12, running: 12 })
  expect(observe(10)).toEqual({ desired: 2, running: 2 })
})

test('a peak within the calm keeps the tasks it needed', () => {
  const { observe } = autoscaler()
  observe(60, 20)
  observe(10, 6)
  observe(40)
  expect(observe(10, 6).desired).toBe(8)
  expect(observe(10, 5).desired).toBe(8)
  expect(observe(10).desired).toBe(2)
})

test('tasks given back before they ran never run', () => {
  const { observe } = autoscaler({ provisioningMs: 8_000 })
  observe(60, 2)
  expect(observe(5, 12)).toEqual({ desired: 2, running: 2 })
  expect(observe(5, 12)).toEqual({ desired: 2, running: 2 })
})
