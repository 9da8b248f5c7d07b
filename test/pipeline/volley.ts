import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plan, planSchema } from '../../lib/core/plan/plan.ts'
import { type Summary, summarySchema } from '../../lib/core/results/summary.ts'
import { type Row, type Verdict, verdictSchema } from '../../lib/core/results/verdict.ts'

const ENTRY = fileURLToPath(new URL('../../bin/volley.mjs', import.meta.url))

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

interface Started {
  process: ChildProcess
  outcome: Promise<Outcome>
}

/** The command line as a process of its own. */
export function startVolley(...args: string[]): Started {
  return start(process.execPath, [ENTRY, ...args])
}

/** The same, with this many descriptors for each of its processes. */
export function volleyWithin(descriptors: number, ...args: string[]): Promise<Outcome> {
  const limited = ['-c', `ulimit -n ${descriptors}; exec "$0" "$@"`, process.execPath, ENTRY]
  return start('sh', [...limited, ...args]).outcome
}

function start(command: string, args: readonly string[]): Started {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const outcome = new Promise<Outcome>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  )
  return { process: child, outcome }
}

export function volley(...args: string[]): Promise<Outcome> {
  return startVolley(...args).outcome
}

export function freshDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'volley-test-'))
}

export async function readSummary(directory: string): Promise<Summary> {
  return summarySchema.parse(JSON.parse(await readFile(join(directory, 'summary.json'), 'utf8')))
}

export async function readVerdict(directory: string): Promise<Verdict> {
  return verdictSchema.parse(JSON.parse(await readFile(join(directory, 'verdict.json'), 'utf8')))
}

export async function readPlan(directory: string): Promise<Plan> {
  return planSchema.parse(JSON.parse(await readFile(join(directory, 'plan.json'), 'utf8')))
}

/** The row with a title. */
export function rowOf({ thresholds }: Verdict, title: string): Row {
  const row = thresholds.find((one) => one.title === title)
  if (!row) throw new Error(`the verdict has no row ${title}`)
  return row
}
