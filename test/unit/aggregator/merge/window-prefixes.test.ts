import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  earlierWindows,
  incompleteWindows,
  openWindows,
} from '../../../../aggregator/merge/window-prefixes.ts'
import { cutsOf } from '../../../../lib/core/plan/cut.ts'
import { windowsOf } from '../../../../lib/core/plan/slice.ts'
import { mergeOf, type Written } from '../../../fixtures/judged-run.ts'
import { planOf } from '../../../fixtures/synthetic-run.ts'

/** Five minutes of two slices, handed over every minute: slice 0 at 30 s, slice 1 at 45 s, and so on. */
const plan = planOf({ durationMs: 300_000, windowMs: 60_000, stages: [] })
const cuts = cutsOf(plan)

const numbersOf = (prefixes: readonly string[]): number[] =>
  prefixes.map((prefix) => Number(/\/(\d+)\/$/.exec(prefix)?.[1]))

/** All snapshots of one window of a slice; the last one says how it ended. */
function windowOf(slice: number, window: number): Written[] {
  const { fromMs, toMs } = windowsOf(plan, slice)[window] as { fromMs: number; toMs: number }
  const inside = cuts.filter((cut) => cut.toMs > fromMs && cut.fromMs < toMs)
  return inside.map(({ seq }, i) => ({
    slice,
    window,
    seq,
    ...(i === inside.length - 1 && { ending: 'complete' as const }),
  }))
}

const whole = [0, 1].flatMap((slice) => windowsOf(plan, slice).flatMap((_, w) => windowOf(slice, w)))
const incompleteWithout = (lacks: (one: Written) => boolean): number[] =>
  numbersOf(
    incompleteWindows(
      mergeOf(
        plan,
        whole.filter((one) => !lacks(one)),
      ),
    ),
  )

describe('the windows that a merge may lack something of', () => {
  it('are all where nothing is merged, and none where everything is', () => {
    expect(numbersOf(incompleteWindows(mergeOf(plan, [])))).toEqual([0, 1, 2, 3, 4, 5])
    expect(incompleteWithout(() => false)).toEqual([])
  })

  it('are those whose last snapshot is not there', () => {
    expect(incompleteWithout(({ window, slice, ending }) => window === 2 && slice === 1 && !!ending)).toEqual(
      [2],
    )
  })

  it('are those with a gap, at the beginning too', () => {
    const [first, second] = windowOf(0, 3)
    expect(
      incompleteWithout(({ window, slice, seq }) => window === 3 && slice === 0 && seq === second?.seq),
    ).toEqual([3])
    expect(
      incompleteWithout(({ window, slice, seq }) => window === 3 && slice === 0 && seq === first?.seq),
    ).toEqual([3])
  })

  it('hold everything that is missing, whatever is merged', () => {
    fc.assert(
      fc.property(fc.subarray(whole), (merged) => {
        const missing = whole.filter((one) => !merged.includes(one)).map(({ window }) => window)
        expect(numbersOf(incompleteWindows(mergeOf(plan, merged)))).toEqual(expect.arrayContaining(missing))
      }),
    )
  })

  it('are those of which a slice was never heard', () => {
    expect(incompleteWithout(({ window, slice }) => slice === 1 && (window === 1 || window === 4))).toEqual([
      1, 4,
    ])
  })
})

describe('the windows that slices may be writing in', () => {
  it('hold every window that is open at any time, and go on until its last snapshot', () => {
    for (let atMs = 0; atMs <= plan.durationMs + plan.gracefulStopMs; atMs += 1_000) {
      const open = new Set(numbersOf(openWindows(plan, atMs)))
      for (const slice of [0, 1])
        for (const [window, { fromMs, toMs }] of windowsOf(plan, slice).entries())
          if (fromMs <= atMs && atMs <= toMs + plan.gracefulStopMs + plan.intervalMs)
            expect(open, `window ${window} of slice ${slice} at ${atMs} ms`).toContain(window)
    }
  })

  it('leave those before them to be looked through once, from where the merge ends', () => {
    expect(numbersOf(openWindows(plan, 250_000))).toEqual([2, 3, 4, 5])
    expect(numbersOf(earlierWindows(plan, 0, 250_000))).toEqual([0, 1])
    expect(numbersOf(earlierWindows(plan, 245_000, 250_000))).toEqual([])
  })
})
