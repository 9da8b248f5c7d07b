import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import papaparse from 'papaparse'
import { describe, expect, it } from 'vitest'
import { REQUEST_LOG_HEADER } from '../../lib/core/results/request-log.ts'
import type { Summary } from '../../lib/core/results/summary.ts'
import codepal from '../../scenarios/codepal/scenario.ts'
import model from '../../scenarios/codepal/target.ts'
import { runInProcess } from '../fixtures/in-process-run.ts'

/** Twenty journeys a second for four seconds. */
const ARRIVALS = 80

interface Measured {
  http_reqs: number
  iterations: number
  byFlow: Record<string, number>
}

async function steadyRun(
  generators: number,
): Promise<{ measured: Measured; received: number; summary: Summary; log: string }> {
  const target = await model.start({ port: 0, condition: 'healthy', seed: 3 })
  const log = join(await mkdtemp(join(tmpdir(), 'volley-test-')), 'requests.csv')
  await writeFile(log, REQUEST_LOG_HEADER)
  const module = new URL('../../scenarios/codepal/scenario.ts', import.meta.url).href
  const load = { profile: 'steady', duration: '4s' as const, generators, seed: 7, target: target.url }
  try {
    const { summary, verdict } = await runInProcess(codepal, { ...load, module, logRequests: log })
    const stats = (await (await fetch(`${target.url}/_model/stats`)).json()) as { requests: number }
    const { requests, iterations } = verdict
    const byFlow = summary.series
      .filter(({ metric }) => metric === 'iterations')
      .map(({ tags, values }) => [tags.flow, values.kind === 'counter' ? values.count : Number.NaN] as const)
      .sort()
    return {
      measured: {
        http_reqs: requests.count,
        iterations: iterations.count,
        byFlow: Object.fromEntries(byFlow),
      },
      received: stats.requests,
      ...{ summary, log },
    }
  } finally {
    await target.close()
  }
}

describe('a run with an arrival rate and a seed', () => {
  it('counts exactly the requests the target received, and makes the same iterations, with 1, 2 and 5 generators', async () => {
    const runs = []
    for (const generators of [1, 2, 5]) runs.push(await steadyRun(generators))
    for (const { measured, received } of runs) {
      expect(measured.http_reqs).toBe(received)
      expect(measured.iterations).toBe(ARRIVALS)
      expect(measured.byFlow).toEqual(runs[0]?.measured.byFlow)
    }
  }, 120_000)

  it('finds the same p50, p99 and maximum as the raw log of its requests, within half a percent', async () => {
    const { summary, log } = await steadyRun(2)
    const text = await readFile(log, 'utf8')
    const { data } = papaparse.parse<{ service_us: string }>(text, { header: true, skipEmptyLines: true })
    const exact = data.map(({ service_us }) => Number(service_us) / 1_000).sort((a, b) => a - b)
    const quantile = (q: number): number => exact[Math.ceil(q * exact.length) - 1] as number
    const values = summary.metrics.http_req_duration?.values
    if (values?.kind !== 'trend') throw new Error('http_req_duration is no trend')
    expect(values.count).toBe(exact.length)
    for (const [measured, expected] of [
      [values.med, quantile(0.5)],
      [values.p99, quantile(0.99)],
      [values.max, exact.at(-1) as number],
    ] as const)
      expect(Math.abs(measured - expected) / expected).toBeLessThan(0.005)
  }, 60_000)
})
