import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { MemoryStore } from '../../lib/adapters/snapshot-store/memory.ts'
import { makePlan, parseLoadRequest } from '../../lib/core/plan/make-plan.ts'
import type { Plan } from '../../lib/core/plan/plan.ts'
import { checkScenario } from '../../lib/core/scenario/check-scenario.ts'
import { defineScenario, type HttpSettings, type Scenario } from '../../lib/core/scenario/scenario.ts'
import type { Clock } from '../../lib/ports.ts'
import { generate } from './generate.ts'
import { routeOf } from './http-client/route.ts'
import { createNetwork } from './user/network.ts'
import { createServices } from './user/services.ts'

/** Light loads need little of it, and none needs more. */
const MIN_MS = 100
const MAX_MS = 1_000
const MS_PER_USER = 1
/** Often enough that cutting snapshots is rehearsed, too. */
const INTERVAL_MS = 50

/** How often it is played: code is compiled again when something new comes, such as an end. */
const ROUNDS = 2

/** As several servers write them. */
const ANSWERS = [
  'Server: a\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: application/json\r\nContent-Length: 11\r\n' +
    'Connection: keep-alive\r\n\r\n{"ok":true}',
  'content-type: application/json\r\nKeep-Alive: timeout=60\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n{"ok":true}\r\n0\r\n\r\n',
  'x-request-id: 1\r\nset-cookie: a=1\r\nlocation: /orders/1\r\ncontent-length: 11\r\n\r\n{"ok":true}',
].map((rest) => Buffer.from(`HTTP/1.1 200 OK\r\n${rest}`))

const PIECE = defineScenario({
  name: 'rehearsal',
  target: { url: 'http://127.0.0.1' },
  flows: {
    order: {
      run: async (vu) => {
        const answer = await vu.post('/orders', { json: { user: vu.id } })
        vu.check('ordered', answer.json<{ ok: boolean }>().ok)
      },
    },
    look: {
      run: async (vu) => {
        await vu.get('/orders')
      },
    },
  },
  profiles: {
    rehearsal: {
      executors: [
        { executor: 'constant-vus', users: 16, duration: '1s', gracefulStop: '1s' },
        { executor: 'constant-arrival-rate', rate: 1_000, maxUsers: 100, duration: '1s', gracefulStop: '1s' },
      ],
    },
  },
})

/** How long a generator of this plan rehearses, 0 where it has less time than makes a difference. */
export function warmUpMs({ peakUsers, slices }: Pick<Plan, 'peakUsers' | 'slices'>, freeMs: number): number {
  const wantedMs = Math.max(MIN_MS, (MS_PER_USER * peakUsers) / slices)
  const forMs = Math.floor(Math.min(wantedMs, MAX_MS, freeMs))
  return forMs < MIN_MS ? 0 : forMs
}

/**
 * Plays a run in miniature against a server of its own, measured nowhere. What runs often is compiled while it runs: in
 * the load itself, that would stand in the latencies of the first seconds.
 */
export async function warmUp(
  forMs: number,
  clock: Clock,
  carrier: HttpSettings['carrier'] = 'volley',
): Promise<void> {
  if (forMs === 0) return
  const server = createServer(serve)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    for (let round = 0; round < ROUNDS; round++)
      await play(server, clock, carrier, Math.floor(forMs / ROUNDS))
  } finally {
    server.close()
    await once(server, 'close')
  }
}

/** Each request of the piece comes as one chunk. */
function serve(socket: Socket): void {
  let served = 0
  socket.on('data', () => socket.write(ANSWERS[served++ % ANSWERS.length] as Buffer))
  socket.on('error', () => socket.destroy())
}

async function play(
  server: Server,
  clock: Clock,
  carrier: HttpSettings['carrier'],
  forMs: number,
): Promise<void> {
  const { scenario } = checkScenario(PIECE) as { scenario: Scenario }
  const { port } = server.address() as AddressInfo
  const facts = {
    run: 'rehearsal',
    module: import.meta.url,
    targetUrl: `http://127.0.0.1:${port}`,
    seed: 1,
    generators: 1,
  }
  const request = parseLoadRequest({ duration: `${forMs}ms` })
  const plan = { ...makePlan(scenario, request, facts), intervalMs: INTERVAL_MS }
  const route = await routeOf({ ...scenario.http, carrier })
  const network = createNetwork({ plan, scenario, clock, route })
  await generate({
    plan,
    scenario,
    clock,
    invocation: { slice: 0, window: 0, attempt: 0 },
    startAtMs: clock.now(),
    store: new MemoryStore(),
    stopPollMs: MAX_MS,
    createServices: (recorder) =>
      createServices({ plan, scenario, data: {}, setup: undefined, recorder, clock, network }),
  })
}
