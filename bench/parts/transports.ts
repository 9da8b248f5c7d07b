import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { unpinned } from '../children.ts'
import { Contest, type Contestant, peerOf, ROUNDS, turnOfGenerator } from '../contest.ts'
import type { Part } from '../part.ts'
import { k6 } from '../peers/k6.ts'
import { USERS } from '../peers/peer.ts'
import { wrk } from '../peers/wrk.ts'
import { NOT_HERE, type Section } from '../section.ts'
import { NO_NGINX, startTarget, type Target, versionOfNginx } from '../target/target.ts'
import { CLIENT_CORE, TARGET_CORE } from '../workbench.ts'

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
    const script = k6(workbench.say)
    const contestants = [
      ours(YARDSTICK, 'journey', targets.plain),
      ours('Volley, TLS', 'journey', targets.tls, TLS),
      ours('Volley, TLS and a handshake for each request', 'stranger', targets.tls, TLS),
      ours('Volley, HTTP/2', 'journey', targets.http2, HTTP2),
      ...peerOf(workbench, wrk(), targets.tls, TIMES, 'wrk, TLS'),
      ...peerOf(workbench, script, targets.tls, TIMES, 'k6, TLS'),
      ...peerOf(workbench, script, targets.http2, TIMES, 'k6, HTTP/2'),
    ]
    try {
      await contest.play(contestants, (round) => workbench.say(`transports: round ${round} of ${ROUNDS}`))
    } finally {
      await Promise.all(Object.values(targets).map((target) => target.close()))
    }
    return sectionOf(targets.tls, contest)
  },
}

function sectionOf(target: Target, contest: Contest): Section {
  return {
    title: TITLE,
    columns: COLUMNS,
    ...contest.beside(YARDSTICK),
    notes: [
      `${USERS} users, the journey of HTTP throughput; wrk and the handshakes are one GET`,
      'handshakes take up the session of the connection before; where the target has the busier core, it held the client back',
      target.note,
      unpinned ?? `clients run on core ${CLIENT_CORE}, the target on core ${TARGET_CORE}`,
      `medians of ${ROUNDS} rounds of ${TIMES.forMs / 1_000} s each, all clients in turn; requests as the target counts them`,
    ],
  }
}
