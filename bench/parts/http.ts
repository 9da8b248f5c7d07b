import { unpinned } from '../children.ts'
import { startGenerator } from '../generator.ts'
import type { Part } from '../part.ts'
import { artillery } from '../peers/artillery.ts'
import { autocannon } from '../peers/autocannon.ts'
import { k6 } from '../peers/k6.ts'
import type { Found, Peer } from '../peers/peer.ts'
import { USERS } from '../peers/peer.ts'
import { wrk } from '../peers/wrk.ts'
import { measureRate, type Turn } from '../rate.ts'
import { figure, median, NOT_HERE, type Section } from '../section.ts'
import { startTarget, type Target } from '../target/target.ts'
import { CLIENT_CORE, TARGET_CORE, type Workbench } from '../workbench.ts'

const ROUNDS = 3
const WARM_MS = 1_500
const FOR_MS = 3_000
const OURS = {
  journey: 'Volley',
  checked: 'Volley, four checks an iteration',
  tagged: 'Volley, tags, capture, a step and a metric',
} as const

export interface HttpResult {
  name: string
  version?: string
  missing?: string
  turns: Turn[]
  perSecond: number
  toWrk: number
}

/** Throughput: the journey by 64 users, and wrk's GET as the yardstick. */
export const http: Part = {
  name: 'http',
  async run(workbench) {
    const { say } = workbench
    const peers = [wrk(), autocannon('static', say), autocannon('per-request', say), artillery(say), k6(say)]
    const target = await startTarget(workbench)
    const turns = new Map<string, Turn[]>()
    const keep = (name: string, turn: Turn): void => void turns.set(name, [...(turns.get(name) ?? []), turn])
    try {
      for (let round = 1; round <= ROUNDS; round++) {
        say(`http: round ${round} of ${ROUNDS}`)
        for (const peer of peers)
          if ('start' in peer) keep(peer.name, await turnOfPeer(workbench, peer, target))
        for (const [profile, name] of Object.entries(OURS))
          keep(name, await turnOfOurs(workbench, profile, target))
      }
    } finally {
      await target.close()
    }
    return sectionOf(target, peers, turns)
  },
}

async function turnOfPeer(workbench: Workbench, peer: Peer, target: Target): Promise<Turn> {
  const child = peer.start(workbench, target.url)
  try {
    return await measureRate(target, WARM_MS, FOR_MS)
  } finally {
    await workbench.children.end(child)
  }
}

async function turnOfOurs(workbench: Workbench, profile: string, target: Target): Promise<Turn> {
  const generator = await startGenerator(workbench, { profile, targetUrl: target.url })
  const turn = await measureRate(target, WARM_MS, FOR_MS)
  const { summary } = await generator.stop()
  const failed = summary.errors.filter(({ error }) => error !== 'interrupted')
  if (failed.length > 0) throw new Error(`${profile} failed: ${JSON.stringify(failed)}`)
  return turn
}

function sectionOf(target: Target, peers: readonly Found[], turns: ReadonlyMap<string, Turn[]>): Section {
  const medianOf = (name: string): number => median((turns.get(name) ?? []).map(({ perSecond }) => perSecond))
  const yardstick = medianOf('wrk')
  const ours = medianOf(OURS.journey)
  const clients = [...Object.values(OURS).map((name) => ({ name })), ...peers]
  const results: HttpResult[] = clients.map((found) => ({
    ...('missing' in found && { missing: found.missing }),
    ...('version' in found && { version: found.version }),
    name: found.name,
    turns: turns.get(found.name) ?? [],
    perSecond: medianOf(found.name),
    toWrk: medianOf(found.name) / yardstick,
  }))
  return {
    title: 'HTTP throughput',
    columns: ['client', 'requests/s', 'to wrk', 'Volley to it', 'its core', "target's core"],
    rows: results.map((result) => rowOf(result, ours)),
    notes: [
      `${USERS} users, POST → GET → POST with JSON; wrk sends one GET and reads nothing of the answer`,
      target.note,
      unpinned ?? `clients run on core ${CLIENT_CORE}, the target on core ${TARGET_CORE}`,
      `medians of ${ROUNDS} rounds of ${FOR_MS / 1_000} s each, all clients in turn; requests as the target counts them`,
    ],
    raw: results,
  }
}

function rowOf({ name, version, missing, turns, perSecond, toWrk }: HttpResult, ours: number): string[] {
  const label = version === undefined ? name : `${name} (${version.replace(/^wrk /, '')})`
  if (missing !== undefined) return [label, `${NOT_HERE}${missing}`]
  const share = (which: 'clientShare' | 'targetShare'): string =>
    `${figure(median(turns.map((turn) => (turn[which] ?? Number.NaN) * 100)))} %`
  return [
    label,
    figure(perSecond),
    Number.isFinite(toWrk) ? toWrk.toFixed(3) : '–',
    Number.isFinite(ours / perSecond) ? (ours / perSecond).toFixed(2) : '–',
    share('clientShare'),
    share('targetShare'),
  ]
}
