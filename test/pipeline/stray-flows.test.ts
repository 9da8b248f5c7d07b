import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import type { Summary } from '../../lib/core/results/summary.ts'
import type { Verdict } from '../../lib/core/results/verdict.ts'
import { freshDirectory, readSummary, readVerdict, volley } from './volley.ts'

const FLOWS = `
  steady: { run: async (vu) => { await vu.get('/steady'); await vu.think('20ms') } },
  throws: { run: async (vu) => {
    await vu.get('/throws')
    process.nextTick(() => { throw new TypeError('in a tick') })
    setTimeout(() => { throw new RangeError('in a timer') }, 1)
    setImmediate(() => new EventEmitter().emit('error', new Error('in an event')))
    void Promise.reject(new SyntaxError('in a promise'))
    await vu.think('100ms')
  } },
  leaves: { run: async (vu) => { await vu.get('/leaves'); process.exit(0) } },
  forgets: { run: async (vu) => { vu.get('/forgets') } },
  waits: { run: async (vu) => { await vu.get('/waits'); await new Promise(() => undefined) } },`

const executor = (
  flow: string,
  more = "executor: 'per-vu-iterations', iterations: 2, maxDuration: '2s'",
): string => `{ ${more}, users: 1, gracefulStop: '500ms', name: '${flow}', flows: ['${flow}'] },`

let server: Server
let summary: Summary
let verdict: Verdict
let code: number | null

beforeAll(async () => {
  server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const directory = await freshDirectory()
  const text = `import { EventEmitter } from 'node:events'
import { defineScenario } from 'volley'
export default defineScenario({
  name: 'stray',
  target: { url: '${url}' },
  flows: {${FLOWS}},
  profiles: { all: { executors: [
    ${executor('steady', "executor: 'constant-vus', duration: '2s'")}
    ${['throws', 'leaves', 'forgets'].map((flow) => executor(flow)).join('\n    ')}
    ${executor('waits', "executor: 'per-vu-iterations', iterations: 1, maxDuration: '2s'")}
  ] } },
  thresholds: [{ metric: 'iteration_failed{flow:steady}', limit: 'rate<=0' }],
})
`
  await writeFile(join(directory, 'stray.ts'), text)
  const out = join(directory, 'run')
  const outcome = await volley('run', join(directory, 'stray.ts'), '--generators', '1', '--out', out)
  code = outcome.code
  summary = await readSummary(out)
  verdict = await readVerdict(out)
})

afterAll(() => server.close())

const counts = (metric: string, tag: string): Record<string, number> =>
  Object.fromEntries(
    summary.series
      .filter((each) => each.metric === metric)
      .map(({ tags, values }) => [
        tags[tag] ?? '',
        values.kind === 'counter' ? values.count : values.kind === 'rate' ? values.trues : 0,
      ]),
  )

describe('flows that go wrong where nothing waits for them', () => {
  it('leave the generator and its other users alone', () => {
    expect(summary.coverage.generators).toEqual({ planned: 1, seen: 1 })
    expect(summary.coverage.time).toBe(1)
    expect(summary.generators[0]?.ending).toBe('deadline')
    const steady = summary.steps.find(({ flow }) => flow === 'steady')
    expect(steady?.count).toBeGreaterThan(10)
    expect(steady?.failed).toBe(0)
    expect([EXIT.ok, EXIT.fail]).toContain(code)
  })

  it('are counted by the class of their errors, in ticks, timers, events and promises', () => {
    expect(counts('unhandled_rejections', 'error')).toEqual({
      type_error: 2,
      range_error: 2,
      error: 2,
      syntax_error: 2,
    })
    expect(verdict.reasons.join('\n')).toContain('8 errors came where nothing waits for them')
  })

  it('fail their iteration where they call process.exit, which is not obeyed', () => {
    expect(summary.errors).toContainEqual({ where: 'iteration', error: 'process_exit', count: 2 })
    expect(verdict.reasons.join('\n')).toContain('flows called process.exit or process.abort 2 times')
  })

  it('make an iteration last as long as the calls they forgot to await', () => {
    expect(counts('unawaited_calls', 'flow')).toEqual({ forgets: 2 })
    expect(summary.steps.find(({ flow }) => flow === 'forgets')).toMatchObject({ count: 2, failed: 0 })
    expect(verdict.reasons.join('\n')).toContain('2 requests, think times or openings were still in flight')
  })

  it('are interrupted where they await something that never comes, and the verdict comes in time', () => {
    expect(counts('interrupted_iterations', 'reason')).toEqual({ never_ended: 1 })
    expect(verdict.endedAt - verdict.startedAt).toBeLessThan(7_000)
  })
})
