/** Entry, run with --expose-gc: merges as many snapshots as the argument says and prints what that took. */
import { Merge } from '../../aggregator/merge/merge.ts'
import { summarise } from '../../aggregator/summary/summarise.ts'
import { Histogram } from '../../lib/core/metrics/histogram.ts'
import { PLAN_SCHEMA, type Plan } from '../../lib/core/plan/plan.ts'
import { FREE } from '../../lib/core/plan/quote.ts'
import {
  decodeSnapshot,
  encodeSnapshot,
  type Series,
  SNAPSHOT_SCHEMA,
  type SnapshotHeader,
  snapshotKey,
} from '../../lib/core/results/snapshot.ts'
import { serviceTimes } from '../samples.ts'

export interface Merged {
  snapshots: number
  histograms: number
  msPerSnapshot: number
  bytes: number
  rssBytes: number
  retainedBytes: number
}

const SLICES = 1_000
const INTERVAL_MS = 10_000
const DURATION_MS = 3_600_000
const SAMPLES = 400
const STEPS = ['POST /login', 'GET /items/{id}', 'POST /orders', 'GET /orders/{id}', 'POST /payments']
const TRENDS = ['http_req_duration', 'http_req_response_time', 'http_req_waiting']
const FLOW_TRENDS = [
  'iteration_duration',
  'iteration_response_time',
  'iteration_start_lag',
  'http_req_connecting',
  'step_duration',
]
/** Different contents, so that nothing is learnt by heart. */
const PATTERNS = 16

const plan: Plan = {
  schema: PLAN_SCHEMA,
  run: 'bench-merge',
  scenario: { name: 'bench', module: 'file:///bench.ts' },
  profile: 'hour',
  seed: 1,
  target: { url: 'http://127.0.0.1:8080', allow: [] },
  flows: [{ name: 'buy', weight: 1 }],
  executors: [],
  stages: [{ name: 'steady', executor: 'users', fromMs: 0, toMs: DURATION_MS }],
  experiments: [],
  durationMs: DURATION_MS,
  gracefulStopMs: 10_000,
  plannedArrivals: 0,
  peakUsers: 50_000,
  connectionsPerUser: 1,
  slices: SLICES,
  windowMs: DURATION_MS,
  intervalMs: INTERVAL_MS,
  metrics: {},
  sources: {},
  thresholds: [{ metric: 'http_req_duration', limit: 'p(95)<250' }],
  quote: FREE,
}

function contentOf(pattern: number): { series: Series[]; histograms: Uint8Array } {
  const chunks: Uint8Array[] = []
  let offset = 0
  const trend = (metric: string, tags: Record<string, string>, seed: number): Series => {
    const histogram = new Histogram()
    for (const value of serviceTimes(SAMPLES, seed)) histogram.record(value)
    const encoded = histogram.encode()
    const { count, min, max, sum } = histogram
    const series: Series = {
      metric,
      tags,
      kind: 'trend',
      count,
      min,
      max,
      sum,
      offset,
      length: encoded.length,
    }
    chunks.push(encoded)
    offset += encoded.length
    return series
  }
  const steps = STEPS.map((name) => ({
    flow: 'buy',
    name,
    method: name.split(' ')[0] as string,
    status: '200',
  }))
  const series: Series[] = [
    ...steps.flatMap((tags, i) => TRENDS.map((metric, j) => trend(metric, tags, pattern * 100 + i * 10 + j))),
    ...FLOW_TRENDS.map((metric, i) => trend(metric, { flow: 'buy' }, pattern * 100 + 90 + i)),
    ...steps.map((tags): Series => ({ metric: 'http_reqs', tags, kind: 'counter', sum: SAMPLES })),
    ...steps.map(
      (tags): Series => ({ metric: 'http_req_failed', tags, kind: 'rate', trues: 0, total: SAMPLES }),
    ),
  ]
  return { series, histograms: new Uint8Array(Buffer.concat(chunks)) }
}

const contents = Array.from({ length: PATTERNS }, (_, pattern) => contentOf(pattern))

function headerOf(number: number): SnapshotHeader {
  const seq = Math.floor(number / SLICES)
  const fromMs = seq * INTERVAL_MS
  const quiet = {
    failed: 0,
    started: 40,
    ended: 40,
    dropped: 0,
    receivedBytes: 9_000,
    sentBytes: 4_000,
    users: 50,
  }
  return {
    schema: SNAPSHOT_SCHEMA,
    run: plan.run,
    window: 0,
    slice: number % SLICES,
    attempt: 0,
    seq,
    fromMs,
    toMs: fromMs + INTERVAL_MS,
    startLateMs: 1,
    arrivals: 0,
    series: contents[number % PATTERNS]?.series ?? [],
    seconds: Array.from({ length: 10 }, (_, i) => ({ second: seq * 10 + i, requests: 200, ...quiet })),
    health: {
      ...{ cpuShare: 0.4, loopShare: 0.4, loopDelayP99Ms: 2, loopDelayMaxMs: 9, gcMs: 30 },
      ...{ heapBytes: 4e7, rssBytes: 1.4e8, sockets: 50 },
    },
  }
}

/** Merges one at a time, as it would from a store: what is stored does not count, what the merge takes does. */
async function mergeAll(snapshots: number): Promise<Merged> {
  const merge = new Merge(plan, 1_700_000_000_000)
  let spentMs = 0
  let bytes = 0
  let rssBytes = 0
  for (let number = 0; number < snapshots; number++) {
    const header = headerOf(number)
    const histograms = contents[number % PATTERNS]?.histograms as Uint8Array
    const stored = await encodeSnapshot({ header, histograms })
    bytes += stored.length
    const key = snapshotKey(header)
    const fromMs = performance.now()
    merge.add(await decodeSnapshot(stored, key), key)
    spentMs += performance.now() - fromMs
    if (number % 100 === 0) rssBytes = Math.max(rssBytes, process.memoryUsage.rss())
  }
  const fromMs = performance.now()
  summarise(merge, { endedAtMs: 1_700_003_600_000, server: [] })
  spentMs += performance.now() - fromMs
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return {
    snapshots,
    histograms: TRENDS.length * STEPS.length + FLOW_TRENDS.length,
    msPerSnapshot: spentMs / snapshots,
    bytes: bytes / snapshots,
    rssBytes,
    retainedBytes: heapUsed + arrayBuffers,
  }
}

// The engine has seen the code before it is timed.
await mergeAll(300)
console.log(JSON.stringify(await mergeAll(Number(process.argv[2]))))
