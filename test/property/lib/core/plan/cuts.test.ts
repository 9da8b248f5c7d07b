import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutsOf, isDrain } from '../../../../../lib/core/plan/cut.ts'

/** Stages of a few executors, each one behind the other from a start of its own; some of no length. */
const executor = fc.record({
  startMs: fc.integer({ min: 0, max: 20 }),
  lengths: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 6 }),
})

it('a cut lies in exactly the stages that hold the whole of it, in their order', () => {
  fc.assert(
    fc.property(
      fc.array(executor, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 25 }),
      fc.integer({ min: 0, max: 20 }),
      fc.constantFrom(2, 5),
      (executors, intervalMs, gracefulStopMs, names) => {
        let count = 0
        const stages = executors.flatMap(({ startMs, lengths }, i) => {
          let atMs = startMs
          return lengths.map((lengthMs) => {
            const fromMs = atMs
            atMs += lengthMs
            return { name: `stage-${count++ % names}`, executor: `e${i}`, fromMs, toMs: atMs }
          })
        })
        const durationMs = Math.max(...stages.map(({ toMs }) => toMs))
        const plan = { stages, intervalMs, durationMs, gracefulStopMs }
        for (const cut of cutsOf(plan)) {
          const holding = stages.filter(
            ({ fromMs, toMs }) => !isDrain(cut, plan) && fromMs <= cut.fromMs && cut.toMs <= toMs,
          )
          expect(cut.stages).toEqual([...new Set(holding.map(({ name }) => name))])
        }
      },
    ),
  )
})
