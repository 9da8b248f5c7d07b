import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { unpinned } from '../children.ts'
import { generate } from '../generator.ts'
import type { Part } from '../part.ts'
import { USERS } from '../peers/peer.ts'
import { measureRate, type Turn } from '../rate.ts'
import { figure, median, type Section } from '../section.ts'
import { startEcho } from '../target/echo.ts'
import type { Target } from '../target/target.ts'
import { CLIENT_CORE, TARGET_CORE, type Workbench } from '../workbench.ts'

const ROUNDS = 3
const WARM_MS = 800
const FOR_MS = 1_500
/** Longer than a generator needs to be measured: it ends by itself. */
const DURATION = '2800ms'
const SCENARIO = pathToFileURL(join(import.meta.dirname, '../message-scenario.ts')).href
const YARDSTICK = 'ws'
const PEERS = { [YARDSTICK]: 'ws-process.ts', "undici's WebSocket": 'undici-process.ts' }
const OURS = {
  'Volley, WebSocket': 'websocket',
  'Volley, JSON lines over TCP': 'tcp',
  'Volley, JSON-RPC over WebSocket': 'rpc',
}

/** Messages a second: 64 connections that each wait for the answer before they send the next. */
export const messages: Part = {
  name: 'messages',
  async run(workbench) {
    const target = await startEcho(workbench)
    const turns = new Map<string, Turn[]>()
    const keep = (name: string, turn: Turn): void => void turns.set(name, [...(turns.get(name) ?? []), turn])
    try {
      for (let round = 1; round <= ROUNDS; round++) {
        workbench.say(`messages: round ${round} of ${ROUNDS}`)
        for (const [name, script] of Object.entries(PEERS))
          keep(name, await turnOfPeer(workbench, script, target))
        for (const [name, profile] of Object.entries(OURS))
          keep(name, await turnOfOurs(workbench, profile, target))
      }
    } finally {
      await target.close()
    }
    return sectionOf(target, turns)
  },
}

async function turnOfPeer({ children }: Workbench, script: string, target: Target): Promise<Turn> {
  const path = join(import.meta.dirname, '../peers', script)
  const url = `${target.url.replace('http', 'ws')}/echo`
  const child = children.spawn(CLIENT_CORE, process.execPath, [path, url])
  try {
    const turn = await measureRate(target, WARM_MS, FOR_MS)
    if (child.exitCode !== null) throw new Error(`${script} ended by itself`)
    return turn
  } finally {
    await children.end(child)
  }
}

async function turnOfOurs(workbench: Workbench, profile: string, target: Target): Promise<Turn> {
  const load = { profile, targetUrl: target.url, duration: DURATION, scenario: SCENARIO }
  const [turn, { summary }] = await Promise.all([
    measureRate(target, WARM_MS, FOR_MS),
    generate(workbench, load),
  ])
  const failed = summary.errors.filter(({ error }) => error !== 'interrupted')
  if (failed.length > 0) throw new Error(`${profile} failed: ${JSON.stringify(failed)}`)
  return turn
}

function sectionOf(target: Target, turns: ReadonlyMap<string, Turn[]>): Section {
  const medianOf = (name: string, of: (turn: Turn) => number): number =>
    median((turns.get(name) ?? []).map(of))
  const yardstick = medianOf(YARDSTICK, ({ perSecond }) => perSecond)
  const results = [...turns].map(([name, ofName]) => {
    const perSecond = medianOf(name, (turn) => turn.perSecond)
    return { name, turns: ofName, perSecond, toYardstick: perSecond / yardstick }
  })
  const share = (name: string, which: 'clientShare' | 'targetShare'): number =>
    medianOf(name, (turn) => (turn[which] ?? Number.NaN) * 100)
  return {
    title: 'Messages',
    columns: ['client', 'messages/s', 'to ws', 'its core', "target's core"],
    rows: results.map(({ name, perSecond, toYardstick }) => [
      name,
      figure(perSecond),
      toYardstick.toFixed(2),
      `${figure(share(name, 'clientShare'))} %`,
      `${figure(share(name, 'targetShare'))} %`,
    ]),
    notes: [
      `${USERS} connections; each sends some JSON and, when the answer to it has come and been parsed, the next`,
      `${target.note}; where that core is busier than the client's, the target held the client back`,
      unpinned ?? `clients run on core ${CLIENT_CORE}, the target on core ${TARGET_CORE}`,
      `medians of ${ROUNDS} rounds of ${FOR_MS / 1_000} s each, all clients in turn; messages as the target gets them`,
    ],
    raw: results,
  }
}
