import { expect, it } from 'vitest'
import { flowRemarks } from '../../../../aggregator/judge/flow-remarks.ts'
import type { Summary } from '../../../../lib/core/results/summary.ts'

type Counts = Record<string, [tags: Record<string, string>, count: number][]>

/** What the remarks read of a summary. */
function remarksOn(counts: Counts, errors: Summary['errors'] = []): string[] {
  const counter = (count: number) => ({ kind: 'counter', count, perSecond: 0 }) as const
  const metrics = Object.entries(counts).map(([metric, all]) => [
    metric,
    { unit: '', kind: 'counter', values: counter(all.reduce((sum, [, count]) => sum + count, 0)) },
  ])
  const series = Object.entries(counts).flatMap(([metric, all]) =>
    all.map(([tags, count]) => ({ metric, tags, values: counter(count) })),
  )
  return flowRemarks({ metrics: Object.fromEntries(metrics), series, errors } as unknown as Summary)
}

it('flows that do nothing odd are not remarked on', () => {
  expect(remarksOn({ interrupted_iterations: [[{ flow: 'buy' }, 3]] })).toEqual([])
})

it('calls that were not awaited are counted with the flows that forgot most of them first', () => {
  const forgotten = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((flow, i): [Record<string, string>, number] => [
    { flow },
    i + 1,
  ])
  expect(remarksOn({ unawaited_calls: forgotten })).toEqual([
    '28 requests, think times or openings were still in flight when their flow had returned ' +
      '(g 7, f 6, e 5, d 4, c 3, and 2 more): await them; such iterations were taken to end with the last of them',
  ])
})

it('errors that nothing waits for are told by their classes, and one is one', () => {
  expect(remarksOn({ unhandled_rejections: [[{ error: 'type_error' }, 1]] })).toEqual([
    '1 error came where nothing waits for them, in timers, events or forgotten promises: type_error 1',
  ])
})

it('iterations that never ended are told from those that were only cut off', () => {
  const tags = { flow: 'buy', reason: 'never_ended' }
  expect(
    remarksOn({
      interrupted_iterations: [
        [{ flow: 'buy' }, 5],
        [tags, 2],
      ],
    }),
  ).toEqual([
    '2 iterations did not end even when cut off (buy), awaiting something that never comes: end it at vu.signal',
  ])
})

it('calls of process.exit are told by the iterations that failed of them', () => {
  const errors = [
    { where: 'iteration', error: 'process_exit', count: 2 },
    { where: 'iteration', error: 'type_error', count: 9 },
  ] as Summary['errors']
  expect(remarksOn({}, errors)).toEqual([
    'flows called process.exit or process.abort 2 times: that was refused and failed their iterations, since all users share the process',
  ])
})
