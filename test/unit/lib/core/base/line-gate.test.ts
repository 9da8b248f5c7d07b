import { expect, it } from 'vitest'
import { LineGate } from '../../../../../lib/core/base/line-gate.ts'

it('lets so many lines of a second pass, counts the others, and says how many once the second is over', () => {
  const gate = new LineGate(2)
  expect([10, 20, 30, 900].map((atMs) => gate.admits(atMs))).toEqual([true, true, false, false])
  expect(gate.takeLeftOut(1_009)).toBe(0)
  expect(gate.takeLeftOut(1_010)).toBe(2)
  expect(gate.takeLeftOut(1_010)).toBe(0)
  expect([1_010, 1_011, 1_012].map((atMs) => gate.admits(atMs))).toEqual([true, true, false])
  expect(gate.takeAllLeftOut()).toBe(1)
})
