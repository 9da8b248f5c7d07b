/** What a request of a route asks of the platform. */
export interface Route {
  medianMs: number
  /** Rows written to PostgreSQL. */
  writes: number
  /** Meets passing failures under the condition that has them. */
  failsPassing: boolean
}

const read = (medianMs: number): Route => ({ medianMs, writes: 0, failsPassing: true })
const write = (medianMs: number, writes = 1): Route => ({ medianMs, writes, failsPassing: true })
const steady = (route: Route): Route => ({ ...route, failsPassing: false })

export const ROUTES: Readonly<Record<string, Route>> = {
  'GET /': steady(read(36)),
  'POST /auth/login': steady(read(45)),
  'POST /ai/complete': write(60),
  'POST /ai/analyze': read(52),
  'POST /agents/action': steady(write(55)),
  'GET /agents/metrics': read(30),
  'POST /projects/create': write(50, 2),
  'POST /projects/:id/files': write(52),
  'POST /projects/:id/commit': write(58, 2),
  'POST /collaboration/join': read(40),
  'GET /collaboration/rooms/:roomId': steady(read(20)),
  'POST /collaboration/broadcast': write(28),
  'GET /collaboration/status': read(28),
}

/** Median time to hand one WebSocket message on. */
export const SOCKET_MESSAGE_MS = 2
