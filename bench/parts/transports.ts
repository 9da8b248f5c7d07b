import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { unpinned } from '../children.ts'
import { Contest, type Contestant, ROUNDS, turnOfGenerator, turnOfProcess } from '../contest.ts'
import type { Part } from '../part.ts'
import { k6 } from '../peers/k6.ts'
import { type Found, USERS } from '../peers/peer.ts'
import { wrk } from '../peers/wrk.ts'
import { figure, NOT_HERE, type Section } from '../section.ts'
import { NO_NGINX, startTarget, type Target, versionOfNginx } from '../target/target.ts'
import { CLIENT_CORE, TARGET_CORE, type Workbench } from '../workbench.ts'

const TIMES = { warmMs: 1_000, forMs: 2_000 }
const YARDSTICK = 'Volley, plain'
const COLUMNS = ['client', 'requests/s', `to ${YARDSTICK}`, 'its core', "target's core"]
const TITLE = 'Transports'

const scenario = (file: string): string => pathToFileURL(join(import.meta.dirname, '..', file)).href
const TLS = scenario('secure-scenario.ts')
const HTTP2 = scenario('http2-scenario.ts')

/** What TLS, handshakes and HTTP/2 cost a core. */
export const transports: Part = {
  name: 'transports',
  async run(workbench) {
    if (versionOfNginx() === undefined)
      return {
        title: TITLE,
        columns: COLUMNS,
        rows: [['all', `${NOT_HERE}${NO_NGINX}`]],
        notes: [],
        raw: null,
      }
    const targets = {
      plain: await startTarget(workbench),
      tls: await startTarget(workbench, { secure: { http2: false } }),
      http2: await startTarget(workbench, { secure: { http2: true } }),
    }
    const contest = new Contest()
    const ours = (name: string, profile: string, target: Target, scenario?: string): Contestant => ({
      name,
      turn: () => turnOfGenerator(workbench, { profile, ...(scenario && { scenario }) }, target, TIMES),
    })
    const contestants = [
      ours(YARDSTICK, 'journey', targets.plain),
      ours('Volley, TLS', 'journey', targets.tls, TLS),
      ours('Volley, TLS and a handshake for each request', 'stranger', targets.tls, TLS),
      ours('Volley, HTTP/2', 'journey', targets.http2, HTTP2),
      ...peer(workbench, 'wrk, TLS', wrk(), targets.tls),
      ...peer(workbench, 'k6, TLS', k6(workbench.say), targets.tls),
      ...peer(workbench, 'k6, HTTP/2', k6(workbench.say), targets.http2),
    ]
    try {
      await contest.play(contestants, (round) => workbench.say(`transports: round ${round} of ${ROUNDS}`))
    } finally {
      await Promise.all(Object.values(targets).map((target) => target.close()))
    }
    return sectionOf(targets.tls, contest, contestants)
  },
}

/** Nobody where it is not here: the part `http` says so. */
function peer(workbench: Workbench, name: string, found: Found, target: Target): Contestant[] {
  if (!('start' in found)) return []
  return [
    { name, turn: () => turnOfProcess(workbench, () => found.start(workbench, target.url), target, TIMES) },
  ]
}

function sectionOf(target: Target, contest: Contest, contestants: readonly Contestant[]): Section {
  const results = contestants.map(({ name }) => ({
    name,
    turns: contest.turnsOf(name),
    perSecond: contest.perSecond(name),
    toYardstick: contest.perSecond(name) / contest.perSecond(YARDSTICK),
  }))
  return {
    title: TITLE,
    columns: COLUMNS,
    rows: results.map(({ name, perSecond, toYardstick }) => [
      name,
      figure(perSecond),
      toYardstick.toFixed(3),
      `${figure(contest.share(name, 'clientShare'))} %`,
      `${figure(contest.share(name, 'targetShare'))} %`,
    ]),
    notes: [
      `${USERS} users, the journey of HTTP throughput; wrk and the handshakes are one GET`,
      'handshakes take up the session of the connection before; where the target has the busier core, it held the client back',
      target.note,
      unpinned ?? `clients run on core ${CLIENT_CORE}, the target on core ${TARGET_CORE}`,
      `medians of ${ROUNDS} rounds of ${TIMES.forMs / 1_000} s each, all clients in turn; requests as the target counts them`,
    ],
    raw: results,
  }
}
