import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate, type Measured } from '../generator.ts'
import type { Part } from '../part.ts'
import { figure } from '../section.ts'
import { startEcho } from '../target/echo.ts'
import { startTarget } from '../target/target.ts'
import type { Workbench } from '../workbench.ts'
import { duringHold, type Held } from './hold.ts'

const FEW = 100
const USERS = 10_000
const SOCKETS = 5_000

/** How much a user takes, and whether many of them still are served on time. */
export const density: Part = {
  name: 'density',
  async run(workbench) {
    const users = await thinkingUsers(workbench)
    const sockets = await chattingUsers(workbench)
    return {
      title: 'Density: one generator process',
      columns: ['users', 'KB a user', 'per second', 'p50 ms', 'p99 ms', 'max ms', 'gc ms/s', 'failed'],
      rows: [
        rowOf(`${figure(USERS)} with 3 s of think time over keep-alive`, users),
        rowOf(`${figure(SOCKETS)} WebSockets, a message a second and its echo`, sockets),
      ],
      notes: [
        `KB: resident memory with all users less that with ${FEW}, by user; requests or messages a second while all are up`,
        users.targetNote,
      ],
      raw: { users, sockets },
    }
  },
}

type Crowd = Held & { kilobytes: number }

async function thinkingUsers(workbench: Workbench): Promise<Crowd & { targetNote: string }> {
  const accessLog = join(workbench.directory, 'times.log')
  const target = await startTarget(workbench, { accessLog })
  const run = (users: number): Promise<Measured> => {
    workbench.say(`density: ${users} users with think time`)
    return generate(workbench, { profile: 'think', users, targetUrl: target.url })
  }
  try {
    const few = duringHold(await run(FEW), 'http_req_duration')
    const many = duringHold(await run(USERS), 'http_req_duration')
    await target.close()
    return { ...crowdOf(few, many, USERS), targetNote: targetNote(accessLog) }
  } finally {
    await target.close()
  }
}

async function chattingUsers(workbench: Workbench): Promise<Crowd> {
  const target = await startEcho(workbench)
  const run = (users: number): Promise<Measured> => {
    workbench.say(`density: ${users} WebSockets`)
    return generate(workbench, { profile: 'chat', users, targetUrl: target.url })
  }
  try {
    return crowdOf(duringHold(await run(FEW), 'msg_rtt'), duringHold(await run(SOCKETS), 'msg_rtt'), SOCKETS)
  } finally {
    await target.close()
  }
}

function crowdOf(few: Held, many: Held, users: number): Crowd {
  return { ...many, kilobytes: (many.rssBytes - few.rssBytes) / 1_024 / (users - FEW) }
}

/** What nginx says of its own times; it tells milliseconds. */
function targetNote(accessLog: string): string {
  let log = ''
  try {
    log = readFileSync(accessLog, 'utf8')
  } catch {
    return 'the stand-in for nginx keeps no times of its own'
  }
  const timesMs = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number(line) * 1_000)
    .sort((a, b) => a - b)
  const p99 = timesMs[Math.ceil(0.99 * timesMs.length) - 1] ?? Number.NaN
  return `by nginx's own clock, the p99 of the same requests is ${figure(p99)} ms (it tells whole milliseconds)`
}

function rowOf(
  what: string,
  { kilobytes, perSecond, p50Ms, p99Ms, maxMs, gcMsPerSecond, failed }: Crowd,
): string[] {
  return [what, ...[kilobytes, perSecond, p50Ms, p99Ms, maxMs, gcMsPerSecond, failed].map(figure)]
}
