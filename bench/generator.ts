import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Merge } from '../aggregator/merge/merge.ts'
import { summarise } from '../aggregator/summary/summarise.ts'
import { systemClock } from '../lib/adapters/clock/system.ts'
import { GENERATOR_ENTRY } from '../lib/adapters/launcher/generator-process.ts'
import { answerSchema, type Order } from '../lib/adapters/launcher/local-message.ts'
import { FileSystemStore } from '../lib/adapters/snapshot-store/file-system.ts'
import { makePlan, parseLoadRequest } from '../lib/core/plan/make-plan.ts'
import { type Plan, planKey } from '../lib/core/plan/plan.ts'
import { decodeSnapshot, type Snapshot, snapshotPrefix } from '../lib/core/results/snapshot.ts'
import type { Summary } from '../lib/core/results/summary.ts'
import { GENERATOR_FLAGS } from '../lib/core/run/flags.ts'
import { setupKey } from '../lib/core/run/setup.ts'
import { requestStop } from '../lib/run/store/stop.ts'
import { loadScenarioModule } from '../lib/scenario/scenario-file.ts'
import { CLIENT_CORE, type Workbench } from './workbench.ts'

const SCENARIO = pathToFileURL(join(import.meta.dirname, 'scenario.ts')).href
const START_AHEAD_MS = 300

export interface Load {
  profile: string
  targetUrl: string
  duration?: string
  users?: number
  rate?: number
  /** Another scenario than `bench/scenario.ts`, as a URL. */
  scenario?: string
}

export interface Measured {
  plan: Plan
  startAtMs: number
  summary: Summary
  snapshots: Snapshot[]
}

let runs = 0

/** The generator as it is, in its own process on the client's core, with a scenario and a plan like any run's. */
export async function startGenerator(workbench: Workbench, load: Load) {
  const { children, directory } = workbench
  const plan = await planOf(load)
  const store = new FileSystemStore(join(directory, plan.run), `runs/${plan.run}/`)
  await store.put(planKey(plan.run), JSON.stringify(plan))
  await store.put(setupKey(plan.run), JSON.stringify({}))
  const child = children.spawn(CLIENT_CORE, process.execPath, [...GENERATOR_FLAGS, GENERATOR_ENTRY], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>()
  let failure: string | undefined
  child.on('message', (message) => {
    const answer = answerSchema.parse(message)
    if (answer.type === 'ready') isReady()
    else if (answer.type === 'failed') failure = answer.error
  })
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const tell = (order: Order): boolean => child.send(order)
  const invocation = { slice: 0, window: 0, attempt: 0 }
  tell({
    type: 'prepare',
    directory: join(directory, plan.run),
    run: plan.run,
    invocation,
    targetUrl: plan.target.url,
  })
  await Promise.race([ready, closed])
  if (failure !== undefined || !child.connected)
    throw new Error(`the generator did not come up: ${failure ?? 'its process ended'}`)
  const startAtMs = systemClock.now() + START_AHEAD_MS
  tell({ type: 'start', startAtMs })

  const ended = async (): Promise<Measured> => {
    await closed
    if (failure !== undefined) throw new Error(`the generator failed: ${failure}`)
    return readMeasured(plan, startAtMs, store)
  }
  return {
    startAtMs,
    ended,
    stop: async (): Promise<Measured> => {
      await requestStop(store, plan.run, { by: 'user', reason: 'measured enough' })
      return ended()
    },
  }
}

/** A whole run of one generator. */
export async function generate(workbench: Workbench, load: Load): Promise<Measured> {
  return (await startGenerator(workbench, load)).ended()
}

async function planOf({ profile, targetUrl, scenario = SCENARIO, ...size }: Load): Promise<Plan> {
  const loaded = await loadScenarioModule(scenario)
  const request = parseLoadRequest({ profile, ...size })
  const run = `bench-${process.pid}-${runs++}`
  return makePlan(loaded.scenario, request, { run, module: loaded.module, targetUrl, seed: 1, generators: 1 })
}

async function readMeasured(plan: Plan, startAtMs: number, store: FileSystemStore): Promise<Measured> {
  const merge = new Merge(plan, startAtMs)
  const snapshots: Snapshot[] = []
  for await (const key of store.list(snapshotPrefix(plan.run))) {
    const snapshot = await decodeSnapshot((await store.get(key)) as Uint8Array, key)
    merge.add(snapshot, key)
    snapshots.push(snapshot)
  }
  snapshots.sort((a, b) => a.header.seq - b.header.seq)
  const summary = summarise(merge, { endedAtMs: systemClock.now(), server: [] })
  return { plan, startAtMs, summary, snapshots }
}
