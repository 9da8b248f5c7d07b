/** `npm run bench:truth [-- --write-docs]`: what a target knows of itself beside what Volley, k6 and Artillery say. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine } from '../machine.ts'
import { VERSIONS } from '../peers/install.ts'
import { asMarkdown, type Section } from '../section.ts'
import { openWorkbench } from '../workbench.ts'
import { runArtillery } from './artillery.ts'
import { CASES } from './case.ts'
import { type Compared, contradictions, OVERHEAD_MS, rowsOf } from './compare.ts'
import { runK6 } from './k6.ts'
import { startTruthTarget } from './target.ts'
import { runVolley } from './volley.ts'

const ROOT = join(import.meta.dirname, '../..')
const RESULTS = join(ROOT, 'bench/results')
const PAGE = join(ROOT, 'docs/accuracy.md')
const BLOCK = /(<!-- truth -->\n)[\s\S]*?(\n<!-- end of truth -->)/

const TOOLS = [
  { name: 'Volley', run: runVolley },
  { name: 'k6', run: runK6 },
  { name: 'Artillery', run: runArtillery },
]

const workbench = openWorkbench()
const target = await startTruthTarget(workbench)
const rows: string[][] = []
const results: { name: string; said: unknown[]; missing: string[][] }[] = []
const wrong: string[] = []
for (const one of CASES) {
  const compared: Compared[] = []
  const missing: string[][] = []
  for (const { name, run } of TOOLS) {
    workbench.say(`${one.name}: ${name}, ${one.seconds} s`)
    await target.begin()
    const told = await run(workbench, one, target.url)
    const log = await target.log()
    if (told instanceof Error) missing.push([name, told.message])
    else compared.push({ one, log, told })
  }
  if (compared[0]) wrong.push(...contradictions(compared[0]))
  rows.push(...rowsOf(one, compared, missing))
  const said = compared.map(({ told, log: { holdsUs: _, ...log } }) => ({ told, log }))
  results.push({ name: one.name, said, missing })
}
await target.close()
workbench.close()

const date = new Date().toISOString()
const machine = describeMachine()
const section: Section = {
  title: 'What the target knows, and what the tools say',
  columns: ['', 'requests, of those seen', 'failed, of those dropped', 'p50 ms', 'p90 ms', 'p99 ms'],
  rows,
  notes: [
    `the tools one after the other, 10 s each, 20 s where the target freezes: Volley ${machine.volley}, k6 ${VERSIONS.k6}, Artillery ${VERSIONS.artillery}; ${date.slice(0, 10)}`,
    `Volley's service time may be ${OVERHEAD_MS} ms above what the target held, and the histogram's 0.1 % (50 ms where 900 answers come at once); its counts and bytes have to be equal`,
  ],
  raw: results,
}
const text = asMarkdown(section)
mkdirSync(RESULTS, { recursive: true })
const json = { date, machine, versions: VERSIONS, contradictions: wrong, results }
writeFileSync(join(RESULTS, `truth-${date.slice(0, 10)}.json`), `${JSON.stringify(json, null, 1)}\n`)
writeFileSync(join(RESULTS, 'truth.md'), text)
if (process.argv.includes('--write-docs')) {
  const table = text.split('\n').slice(2).join('\n').trimEnd()
  writeFileSync(
    PAGE,
    readFileSync(PAGE, 'utf8').replace(BLOCK, (_, before, after) => before + table + after),
  )
}
process.stdout.write(`${text}\n${wrong.length === 0 ? 'nothing contradicts the target' : wrong.join('\n')}\n`)
process.exitCode = wrong.length === 0 ? 0 : 1
