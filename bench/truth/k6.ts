import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf } from '../children.ts'
import { installedK6 } from '../peers/install.ts'
import { CLIENT_CORE, type Workbench } from '../workbench.ts'
import { BODY_BYTES, type Case } from './case.ts'
import type { Told } from './told.ts'

type Metric = { values: Record<string, number> } | undefined

export async function runK6(workbench: Workbench, one: Case, url: string): Promise<Told | Error> {
  const command = installedK6(workbench.say)
  if (command instanceof Error) return command
  const script = join(workbench.directory, 'truth-k6.js')
  const result = join(workbench.directory, 'truth-k6.json')
  writeFileSync(script, scriptOf(one, url, result))
  const child = workbench.children.spawn(CLIENT_CORE, command, [
    ...['run', '--quiet', '--no-usage-report', '--address', '127.0.0.1:0'],
    script,
  ])
  const { code } = await outputOf(child)
  if (code !== 0) return new Error(`it ended with ${code}`)
  const { metrics } = JSON.parse(readFileSync(result, 'utf8')) as { metrics: Record<string, Metric> }
  const value = (metric: string, name: string): number => metrics[metric]?.values[name] ?? 0
  return {
    tool: 'k6',
    requests: value('http_reqs', 'count'),
    failed: value('http_req_failed', 'passes'),
    serviceMs: {
      p50: value('http_req_duration', 'med'),
      p90: value('http_req_duration', 'p(90)'),
      p99: value('http_req_duration', 'p(99)'),
    },
    dropped: value('dropped_iterations', 'count'),
    sentBytes: value('data_sent', 'count'),
    receivedBytes: value('data_received', 'count'),
  }
}

function scriptOf({ path, load, seconds }: Case, url: string, result: string): string {
  const scenario =
    'users' in load
      ? { executor: 'constant-vus', vus: load.users, duration: `${seconds}s`, gracefulStop: '5s' }
      : {
          executor: 'constant-arrival-rate',
          rate: load.perSecond,
          duration: `${seconds}s`,
          preAllocatedVUs: load.mostUsers ?? 600,
          gracefulStop: '5s',
        }
  const stats = ['med', 'p(90)', 'p(99)', 'max', 'count']
  const request =
    path === '/body' ? `http.post('${url}${path}', 'x'.repeat(${BODY_BYTES}))` : `http.get('${url}${path}')`
  return `import http from 'k6/http'
export const options = ${JSON.stringify({ scenarios: { truth: scenario }, summaryTrendStats: stats })}
export default function () { ${request} }
export function handleSummary(data) { return { ${JSON.stringify(result)}: JSON.stringify(data) } }
`
}
