import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { unpinned } from '../children.ts'
import { Contest, ROUNDS, turnOfGenerator, turnOfProcess } from '../contest.ts'
import type { Part } from '../part.ts'
import { USERS } from '../peers/peer.ts'
import type { Section } from '../section.ts'
import { startEcho } from '../target/echo.ts'
import type { Target } from '../target/target.ts'
import { CLIENT_CORE, TARGET_CORE, type Workbench } from '../workbench.ts'

const TIMES = { warmMs: 800, forMs: 1_500 }
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
    const contest = new Contest()
    const url = `${target.url.replace('http', 'ws')}/echo`
    const others = Object.entries(PEERS).map(([name, script]) => ({
      name,
      turn: () => turnOfProcess(workbench, () => startPeer(workbench, script, url), target, TIMES),
    }))
    const ours = Object.entries(OURS).map(([name, profile]) => ({
      name,
      turn: () => turnOfGenerator(workbench, { profile, scenario: SCENARIO }, target, TIMES),
    }))
    try {
      await contest.play([...others, ...ours], (round) =>
        workbench.say(`messages: round ${round} of ${ROUNDS}`),
      )
    } finally {
      await target.close()
    }
    return sectionOf(target, contest)
  },
}

function startPeer({ children }: Workbench, script: string, url: string): ChildProcess {
  const path = join(import.meta.dirname, '../peers', script)
  return children.spawn(CLIENT_CORE, process.execPath, [path, url])
}

function sectionOf(target: Target, contest: Contest): Section {
  return {
    title: 'Messages',
    columns: ['client', 'messages/s', 'to ws', 'its core', "target's core"],
    ...contest.beside(YARDSTICK),
    notes: [
      `${USERS} connections; each sends some JSON and, when the answer to it has come and been parsed, the next`,
      `${target.note}; where that core is busier than the client's, the target held the client back`,
      unpinned ?? `clients run on core ${CLIENT_CORE}, the target on core ${TARGET_CORE}`,
      `medians of ${ROUNDS} rounds of ${TIMES.forMs / 1_000} s each, all clients in turn; messages as the target gets them`,
    ],
  }
}
