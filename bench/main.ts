/** `npm run bench [part…]`: measures, prints tables, and keeps the results in `bench/results/`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { describeMachine } from './machine.ts'
import type { Part } from './part.ts'
import { codec } from './parts/codec.ts'
import { density } from './parts/density.ts'
import { http } from './parts/http.ts'
import { merge } from './parts/merge.ts'
import { messages } from './parts/messages.ts'
import { price } from './parts/price.ts'
import { schedule } from './parts/schedule.ts'
import { transports } from './parts/transports.ts'
import { asMarkdown, asText, type Section } from './section.ts'
import { openWorkbench } from './workbench.ts'

const PARTS: Part[] = [http, transports, messages, density, schedule, codec, merge, price]
const BUSY_LOAD = 0.5
const RESULTS = join(import.meta.dirname, 'results')

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !PARTS.some((part) => part.name === name))
if (unknown.length > 0) {
  process.stderr.write(
    `no part ${unknown.join(', ')}: choose from ${PARTS.map(({ name }) => name).join(', ')}\n`,
  )
  process.exit(2)
}

const workbench = openWorkbench()
/** Processes that wanted a core in the last minute, on average: any work but the bench's own is in its figures. */
const loadBefore = loadavg()[0] ?? 0
if (loadBefore > BUSY_LOAD) workbench.say(`the machine is busy: its load average is ${loadBefore.toFixed(1)}`)
const sections = new Map<string, Section>()
const failures: string[] = []
const startedAt = new Date()
for (const part of PARTS) {
  if (asked.length > 0 && !asked.includes(part.name)) continue
  try {
    const section = await part.run(workbench, sections)
    sections.set(part.name, section)
    process.stdout.write(`\n${asText(section)}`)
  } catch (error) {
    // One part that can't be measured keeps no other from it.
    failures.push(part.name)
    process.stderr.write(`${part.name} could not be measured: ${(error as Error).stack}\n`)
  }
}
workbench.close()
keep()
process.exitCode = failures.length > 0 ? 1 : 0

function keep(): void {
  if (sections.size === 0) return
  const machine = describeMachine()
  const date = startedAt.toISOString()
  const tookS = Math.round((Date.now() - startedAt.getTime()) / 1_000)
  const parts = Object.fromEntries(sections)
  mkdirSync(RESULTS, { recursive: true })
  const json = join(RESULTS, `${date.slice(0, 16).replace(':', '')}.json`)
  writeFileSync(json, `${JSON.stringify({ date, tookS, machine, loadBefore, failures, parts }, null, 1)}\n`)
  const head = `# Results of ${date.slice(0, 10)}\n\n${Object.values(machine).join(' · ')} · load average before ${loadBefore.toFixed(1)} · took ${tookS} s\n`
  const name = asked.length > 0 ? `latest-${asked.join('-')}.md` : 'latest.md'
  writeFileSync(join(RESULTS, name), [head, ...[...sections.values()].map(asMarkdown)].join('\n'))
  process.stdout.write(`\nresults: ${json}\n`)
}
