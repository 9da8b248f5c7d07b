import { describe, expect, it } from 'vitest'
import { describeEnd, type ExecutionEnd } from '../../../../../functions/tell/describe-end.ts'
import { messageOf } from '../../../../../functions/tell/message.ts'
import { MemoryStore } from '../../../../../lib/adapters/snapshot-store/memory.ts'
import { FREE } from '../../../../../lib/core/plan/quote.ts'
import { liveKey } from '../../../../../lib/core/results/live.ts'
import { verdictKey } from '../../../../../lib/core/results/verdict.ts'
import { type RunEnded, runEndedSchema } from '../../../../../lib/core/run/run-ended.ts'
import { RUN_ENTRY_SCHEMA, runEntryKey } from '../../../../../lib/core/run/run-entry.ts'
import { LIVE, verdictOfRun } from '../../../../fixtures/cloud-run.ts'

const STOPPED_AT_MS = 1_800_000_000_000

async function endOf(
  end: Partial<ExecutionEnd>,
  objects: Readonly<Record<string, unknown>> = {},
): Promise<RunEnded> {
  const store = new MemoryStore()
  for (const [key, value] of Object.entries(objects))
    await store.put(key, typeof value === 'string' ? value : JSON.stringify(value))
  const whole: ExecutionEnd = { name: 'r1', status: 'FAILED', stopDate: STOPPED_AT_MS, ...end }
  const described = await describeEnd(whole, { store, bucket: 'results', deployment: 'Volley' })
  return runEndedSchema.parse(described)
}

const verdict = { ...verdictOfRun('r1', 'fail'), reasons: ['p95: too slow', 'p99: too slow'] }
const entry = {
  schema: RUN_ENTRY_SCHEMA,
  run: 'r1',
  requestedAtMs: 5,
  request: { scenario: 'codepal' },
  profile: 'light',
  target: 'https://staging.example.com',
  quote: FREE,
}

describe('the end of a run', () => {
  it('is its verdict where there is one, whatever its execution says', async () => {
    const { scenario, profile, target, cost } = verdict
    for (const status of ['FAILED', 'ABORTED'] as const)
      expect(await endOf({ status, error: 'fail' }, { [verdictKey('r1')]: verdict })).toEqual({
        schema: 'volley.run-ended/1',
        deployment: 'Volley',
        run: 'r1',
        scenario,
        profile,
        target,
        state: 'fail',
        reasons: ['p95: too slow', 'p99: too slow'],
        endedAt: STOPPED_AT_MS,
        cost,
        bucket: 'results',
        report: 'runs/r1/report.html',
      })
  })

  it('is a failure where its execution was aborted, with what was asked for and what it has cost', async () => {
    const objects = { [runEntryKey('r1')]: entry, [liveKey('r1')]: LIVE }
    expect(await endOf({ status: 'ABORTED' }, objects)).toMatchObject({
      scenario: 'codepal',
      profile: 'light',
      state: 'failed',
      reasons: ['its execution was aborted'],
      cost: { quotedUsd: 1.2, accruedUsd: 0.3 },
    })
  })

  it('is a failure with the cause where it was refused, and not the verdict of an earlier run of its name', async () => {
    const end = { error: 'RUN_EXISTS', cause: 'RUN_EXISTS: there is a run r1 already' }
    expect(await endOf(end, { [verdictKey('r1')]: verdict })).toEqual({
      schema: 'volley.run-ended/1',
      deployment: 'Volley',
      run: 'r1',
      state: 'failed',
      reasons: ['RUN_EXISTS: there is a run r1 already'],
      endedAt: STOPPED_AT_MS,
      bucket: 'results',
    })
  })

  it('is told even where nobody knows why, or what it left is damaged', async () => {
    const { reasons } = await endOf({}, { [verdictKey('r1')]: '{"half": ', [liveKey('r1')]: '[]' })
    expect(reasons).toEqual(['its execution ended without a verdict'])
    expect((await endOf({ status: 'TIMED_OUT' })).reasons).toEqual(['its execution took longer than it may'])
  })

  it('fits into an event, however many reasons there are', async () => {
    const reasons = Array.from({ length: 25 }, (_, i) => `${i} ${'x'.repeat(1_000)}`)
    const ended = await endOf({}, { [verdictKey('r1')]: { ...verdict, reasons } })
    expect(ended.reasons).toHaveLength(21)
    expect(ended.reasons[0]).toHaveLength(500)
    expect(ended.reasons[20]).toBe('and 5 more')
  })
})

describe('what people are told', () => {
  it('says what ran, how it ended and why, what it cost, and where to read on', async () => {
    const cost = { quotedUsd: 20, accruedUsd: 18.2 }
    const ended = await endOf(
      {},
      { [verdictKey('r1')]: { ...verdict, cost, target: 'https://a.example.com' } },
    )
    expect(messageOf(ended)).toEqual({
      subject: `Volley: FAIL ${verdict.scenario} / ${verdict.profile}`,
      text: [
        'Run r1 of Volley: FAIL',
        `${verdict.scenario} / ${verdict.profile} at https://a.example.com`,
        '',
        '- p95: too slow',
        '- p99: too slow',
        '',
        'Cost: $18.20, quoted $20.00',
        'Report: s3://results/runs/r1/report.html',
        '        volley report r1',
      ].join('\n'),
    })
  })

  it('says as much as is known of a run that never came to be', async () => {
    expect(messageOf(await endOf({ error: 'OVER_BUDGET', cause: 'OVER_BUDGET: too dear' }))).toEqual({
      subject: 'Volley: FAILED r1',
      text: 'Run r1 of Volley: FAILED\n\n- OVER_BUDGET: too dear',
    })
  })

  it('has a subject that SNS takes', async () => {
    const scenario = `größe ${'x'.repeat(200)}`
    const { subject } = messageOf(await endOf({}, { [verdictKey('r1')]: { ...verdict, scenario } }))
    expect(subject).toMatch(/^Volley: FAIL gr\?\?e x+$/)
    expect(subject).toHaveLength(100)
  })
})
