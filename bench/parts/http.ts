import { unpinned } from '../children.ts'
import { Contest, peerOf, ROUNDS, turnOfGenerator } from '../contest.ts'
import type { Part } from '../part.ts'
import { artillery } from '../peers/artillery.ts'
import { autocannon } from '../peers/autocannon.ts'
import { k6 } from '../peers/k6.ts'
import type { Found } from '../peers/peer.ts'
import { USERS } from '../peers/peer.ts'
import { wrk } from '../peers/wrk.ts'
import type { Turn } from '../rate.ts'
import { figure, NOT_HERE, type Section } from '../section.ts'
import { startTarget, type Target } from '../target/target.ts'
import { CLIENT_CORE, TARGET_CORE } from '../workbench.ts'

const TIMES = { warmMs: 1_500, forMs: 3_000 }
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
    const contest = new Contest()
    const others = peers.flatMap((found) => peerOf(workbench, found, target, TIMES))
    const ours = Object.entries(OURS).map(([profile, name]) => ({
      name,
      turn: () => turnOfGenerator(workbench, { profile }, target, TIMES),
    }))
    try {
      await contest.play([...others, ...ours], (round) => say(`http: round ${round} of ${ROUNDS}`))
    } finally {
      await target.close()
    }
    return sectionOf(target, peers, contest)
  },
}

function sectionOf(target: Target, peers: readonly Found[], contest: Contest): Section {
  const clients = [...Object.values(OURS).map((name) => ({ name })), ...peers]
  const results: HttpResult[] = clients.map((found) => ({
    ...('missing' in found && { missing: found.missing }),
    ...('version' in found && { version: found.version }),
    name: found.name,
    turns: contest.turnsOf(found.name),
    perSecond: contest.perSecond(found.name),
    toWrk: contest.perSecond(found.name) / contest.perSecond('wrk'),
  }))
  return {
    title: 'HTTP throughput',
    columns: ['client', 'requests/s', 'to wrk', 'Volley to it', 'its core', "target's core"],
    rows: results.map((result) => rowOf(result, contest)),
    notes: [
      `${USERS} users, POST → GET → POST with JSON; wrk sends one GET and reads nothing of the answer`,
      target.note,
      unpinned ?? `clients run on core ${CLIENT_CORE}, the target on core ${TARGET_CORE}`,
      `medians of ${ROUNDS} rounds of ${TIMES.forMs / 1_000} s each, all clients in turn; requests as the target counts them`,
    ],
    raw: results,
  }
}

function rowOf({ name, version, missing, perSecond, toWrk }: HttpResult, contest: Contest): string[] {
  const label = version === undefined ? name : `${name} (${version.replace(/^wrk /, '')})`
  if (missing !== undefined) return [label, `${NOT_HERE}${missing}`]
  const toIt = contest.perSecond(OURS.journey) / perSecond
  return [
    label,
    figure(perSecond),
    Number.isFinite(toWrk) ? toWrk.toFixed(3) : '–',
    Number.isFinite(toIt) ? toIt.toFixed(2) : '–',
    ...contest.shares(name),
  ]
}
