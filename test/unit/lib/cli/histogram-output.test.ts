import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HistogramLogReader, listTags } from 'hdr-histogram-js'
import { beforeEach, describe, expect, it } from 'vitest'
import { FileSystemStore } from '../../../../lib/adapters/snapshot-store/file-system.ts'
import { reportCommand } from '../../../../lib/cli/report-command.ts'
import type { ReportFlags } from '../../../../lib/cli/report-formats.ts'
import type { Terminal } from '../../../../lib/cli/terminal/terminal.ts'
import type { Mistake, VolleyError } from '../../../../lib/core/base/errors.ts'
import { encodeSnapshot } from '../../../../lib/core/results/snapshot.ts'
import { planOf, type Samples, START_AT_MS, snapshotOf } from '../../../fixtures/synthetic-run.ts'

const plan = planOf({ metrics: { basket: { kind: 'trend', unit: 'items' } } })
const duration = (name: string, ...values: number[]): Samples => ({
  metric: 'http_req_duration',
  tags: { name, flow: 'buy', method: 'GET', status: '200' },
  values,
})

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'volley-histograms-'))
  const write = (file: string, content: unknown): Promise<void> =>
    writeFile(join(directory, file), JSON.stringify(content))
  await write('plan.json', plan)
  await write('start.json', { startAtMs: START_AT_MS, deadlineAtMs: START_AT_MS + 70_000 })
  await keep(1, { slice: 0, samples: [duration('GET /b', 5, 6), duration('GET /a, x', 7)] })
  await keep(0, {
    slice: 0,
    samples: [duration('GET /b', 1, 2, 2), { metric: 'basket', values: [0.25, 3] }],
  })
  await keep(0, { slice: 1, samples: [duration('GET /b', 4), { metric: 'http_reqs', sum: 4 }] })
})

async function keep(seq: number, written: { slice: number; samples: Samples[] }): Promise<void> {
  const { snapshot, key } = snapshotOf(plan, { seq, ...written })
  await new FileSystemStore(directory, `runs/${plan.run}/`).put(key, await encodeSnapshot(snapshot))
}

/** What the command writes to standard output. */
async function printed(flags: ReportFlags): Promise<string> {
  let text = ''
  const terminal = {
    ...{ out: () => undefined, err: () => undefined, color: false, width: 100, live: false },
    write: (piece: string) => {
      text += piece
    },
  }
  await reportCommand(directory, flags, terminal as unknown as Terminal)
  return text
}

async function mistake(flags: ReportFlags): Promise<Mistake | undefined> {
  const error = await printed(flags).catch((reason: VolleyError) => reason)
  return typeof error === 'string' ? undefined : error.mistakes[0]
}

/** Each line of a log: its tag, its times in seconds from the start, and how many values it holds up to which. */
function linesOf(text: string): unknown[] {
  const reader = new HistogramLogReader(text)
  const lines: unknown[] = []
  for (let read = reader.nextIntervalHistogram(); read; read = reader.nextIntervalHistogram()) {
    const times = [read.startTimeStampMsec, read.endTimeStampMsec].map((at) => (at - START_AT_MS) / 1_000)
    lines.push([read.tag, ...times, read.totalCount, read.maxValue])
  }
  return lines
}

describe('the percentile distribution of a run', () => {
  it('is that of all requests in milliseconds, as HdrHistogram prints it', async () => {
    expect(await printed({ format: 'hgrm' })).toBe(`       Value     Percentile TotalCount 1/(1-Percentile)

       1.000 0.000000000000          1           1.00
       1.000 0.100000000000          1           1.11
       2.000 0.200000000000          3           1.25
       2.000 0.300000000000          3           1.43
       2.000 0.400000000000          3           1.67
       4.001 0.500000000000          4           2.00
       4.001 0.550000000000          4           2.22
       5.003 0.600000000000          5           2.50
       5.003 0.650000000000          5           2.86
       5.003 0.700000000000          5           3.33
       6.003 0.750000000000          6           4.00
       6.003 0.775000000000          6           4.44
       6.003 0.800000000000          6           5.00
       6.003 0.825000000000          6           5.71
       6.003 0.850000000000          6           6.67
       7.003 0.875000000000          7           8.00
       7.003 1.000000000000          7
#[Mean    =        3.858, StdDeviation   =        2.100]
#[Max     =        7.003, Total count    =            7]
#[Buckets =           27, SubBuckets     =         2048]
`)
  })

  it('is that of another trend in its own unit, or of some tags', async () => {
    expect(await printed({ format: 'hgrm', metric: 'basket' })).toContain('Total count    =            2]')
    expect(await printed({ format: 'hgrm', metric: 'http_req_duration{name:"GET /a, x"}' })).toMatch(
      /^#\[Max {5}= {8}7\.00\d, Total count {4}= {12}1\]$/m,
    )
  })
})

describe('the log of a run', () => {
  it('has a line for each interval and step, from the start of the run, all generators together', async () => {
    const text = await printed({ format: 'hlog' })
    expect(text.split('\n').slice(0, 4)).toEqual([
      '#[Histogram log format version 1.3]',
      '#[StartTime: 1700000000.000 (seconds since epoch), 2023-11-14T22:13:20.000Z]',
      '#[BaseTime: 1700000000.000 (seconds since epoch)]',
      '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ])
    expect(linesOf(text)).toEqual([
      ['http_req_duration/GET%20/b', 0, 10, 4, 4_001],
      ['http_req_duration/GET%20/a%2C%20x', 10, 20, 1, 7_003],
      ['http_req_duration/GET%20/b', 10, 20, 2, 6_003],
    ])
    expect(listTags(text)).toEqual(['http_req_duration/GET%20/b', 'http_req_duration/GET%20/a%2C%20x'])
  })

  it('has maxima in the unit of the metric, and no step where samples have none', async () => {
    const text = await printed({ format: 'hlog', metric: 'basket' })
    expect(linesOf(text)).toEqual([['basket', 0, 10, 2, 3_001]])
    expect(text).toMatch(/^Tag=basket, *0\.000, *10\.000, *3\.001,\S+$/m)
  })

  it('leaves out a snapshot that cannot be read, as the verdict does', async () => {
    const { key } = snapshotOf(plan, { seq: 1, slice: 1 })
    await new FileSystemStore(directory, `runs/${plan.run}/`).put(key, 'no snapshot')
    expect(linesOf(await printed({ format: 'hlog' }))).toHaveLength(3)
  })
})

describe('a metric that no histogram can be written of', () => {
  it.each([
    [{ format: 'hgrm', metric: 'http_reqs' }, 'http_reqs', expect.stringMatching(/^a trend: .*, basket$/)],
    [{ format: 'hlog', metric: 'bascet' }, 'bascet', expect.stringMatching(/^a trend: /)],
    [{ format: 'hlog', metric: 'a{' }, 'a{', expect.any(String)],
    [
      { format: 'hgrm', metric: 'ws_session_duration' },
      'ws_session_duration',
      'a series that has samples in this run',
    ],
    [{ metric: 'basket' }, 'basket', 'with --format hgrm or hlog'],
    [{ format: 'csv', metric: 'basket' }, 'basket', 'with --format hgrm or hlog'],
  ] satisfies [ReportFlags, string, unknown][])('is refused: %j', async (flags, value, limit) => {
    expect(await mistake(flags)).toMatchObject({ field: '--metric', value, limit })
  })
})
