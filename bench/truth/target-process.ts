/** Entry of the target that knows the truth: `target-process.ts <port>`. It logs by its own clock. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { BIMODAL_MS, BODY_BYTES, CONSTANT_MS, DROP_EVERY, FREEZE } from './case.ts'

/** What the target saw since `/_begin`, of which nothing is in it. */
export interface Log {
  requests: number
  dropped: number
  /** On the wire, heads included. */
  receivedBytes: number
  sentBytes: number
  /** From each request's head read to its answer written, microseconds. */
  holdsUs: number[]
}

const body = 'x'.repeat(BODY_BYTES)
let log: Log
/** Those that carried a request of this log. */
let sockets: Set<Socket>
/** The freezes count from the first request. */
let firstAtMs: number | undefined

function begin(): void {
  log = { requests: 0, dropped: 0, receivedBytes: 0, sentBytes: 0, holdsUs: [] }
  sockets = new Set()
  firstAtMs = undefined
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const atMs = performance.now()
  firstAtMs ??= atMs
  log.requests++
  sockets.add(request.socket)
  request.resume()
  if (request.url === '/drop' && log.requests % DROP_EVERY === 0) {
    log.dropped++
    request.socket.destroy()
    return
  }
  const holdMs = holdOf(request.url ?? '', atMs - firstAtMs)
  const entry = log
  setTimeout(() => {
    response.end(request.url === '/body' ? body : '{"ok":true}')
    entry.holdsUs.push(Math.round((performance.now() - atMs) * 1_000))
  }, holdMs)
}

function holdOf(path: string, sinceFirstMs: number): number {
  if (path === '/constant') return CONSTANT_MS
  if (path === '/bimodal') return log.requests % BIMODAL_MS.every === 0 ? BIMODAL_MS.rare : BIMODAL_MS.usual
  if (path !== '/freeze') return 0
  // The target is frozen at the end of each period.
  const thawsInMs = FREEZE.everyMs - (sinceFirstMs % FREEZE.everyMs)
  return FREEZE.holdMs + (thawsInMs <= FREEZE.forMs ? thawsInMs : 0)
}

function told(): Log {
  const all = [...sockets]
  return {
    ...log,
    receivedBytes: all.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    sentBytes: all.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
  }
}

begin()
createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  if (request.url === '/_log') response.end(JSON.stringify(told()))
  else if (request.url === '/_begin') {
    begin()
    response.end()
  } else answer(request, response)
}).listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4_096 })
