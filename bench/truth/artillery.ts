import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf } from '../children.ts'
import { installedPackage } from '../peers/install.ts'
import { CLIENT_CORE, type Workbench } from '../workbench.ts'
import { BODY_BYTES, type Case } from './case.ts'
import type { Told } from './told.ts'

const MAX_PER_SECOND = 500

interface Report {
  aggregate: { counters: Record<string, number>; summaries: Record<string, Record<string, number>> }
}

export async function runArtillery(workbench: Workbench, one: Case, url: string): Promise<Told | Error> {
  if ('users' in one.load) return new Error('its users run a script, not for a length of time')
  if (one.load.perSecond > MAX_PER_SECOND)
    return new Error('one core does not make that many of its users a second')
  const directory = installedPackage('artillery', workbench.say)
  if (directory instanceof Error) return directory
  const script = join(workbench.directory, 'truth-artillery.json')
  const result = join(workbench.directory, 'truth-artillery-result.json')
  writeFileSync(script, JSON.stringify(scriptOf(one, url)))
  const child = workbench.children.spawn(CLIENT_CORE, process.execPath, [
    join(directory, 'bin/run'),
    ...['run', '--quiet', '--output', result, script],
  ])
  const { code } = await outputOf(child)
  if (code !== 0) return new Error(`it ended with ${code}`)
  const { counters, summaries } = (JSON.parse(readFileSync(result, 'utf8')) as Report).aggregate
  const times = summaries['http.response_time'] ?? {}
  const errors = Object.entries(counters).filter(([name]) => name.startsWith('errors.'))
  return {
    tool: 'Artillery',
    requests: counters['http.requests'] ?? 0,
    failed: errors.reduce((sum, [, count]) => sum + count, 0),
    classes: errors.map(([name, count]) => `${name.slice('errors.'.length)} ${count}`).join(', '),
    serviceMs: {
      p50: times.p50 ?? times.median ?? Number.NaN,
      p90: times.p90 ?? Number.NaN,
      p99: times.p99 ?? Number.NaN,
    },
    ...('http.downloaded_bytes' in counters && {
      receivedBytes: counters['http.downloaded_bytes'] as number,
    }),
  }
}

function scriptOf({ path, load, seconds }: Case, url: string): object {
  const request =
    path === '/body' ? { post: { url: path, body: 'x'.repeat(BODY_BYTES) } } : { get: { url: path } }
  const arrivalRate = 'perSecond' in load ? load.perSecond : 0
  const phases = [{ duration: seconds, arrivalRate }]
  return { config: { target: url, phases }, scenarios: [{ flow: [request] }] }
}
