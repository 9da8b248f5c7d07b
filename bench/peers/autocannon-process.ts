/** Entry of autocannon as a client: `autocannon-process.ts <package directory> <url> static|per-request`. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LONG_SECONDS, USERS } from './peer.ts'

const [, , directory = '', url = '', bodies] = process.argv
const { default: autocannon } = await import(pathToFileURL(join(directory, 'autocannon.js')).href)

let sent = 0
const headers = { 'content-type': 'application/json' }
const read = (status: number, body: string): Record<string, unknown> => {
  if (status !== 200) process.exit(1)
  return JSON.parse(body)
}
/** What one connection has captured from the answers to its requests. */
type Captured = Record<string, unknown>
type Request = { headers: Record<string, string> }

const login = () => ({ name: `user-${sent++ % USERS}`, password: `secret-${sent}` })
const order = (item: unknown) => ({ item, amount: 1 + (sent % 5), note: `order of ${sent % USERS}` })

const STATIC = [
  { method: 'POST', path: '/login', headers, body: JSON.stringify(login()) },
  { method: 'GET', path: '/items/7' },
  { method: 'POST', path: '/orders', headers, body: JSON.stringify(order(7)) },
]
/** The journey as our own flow makes it: bodies of its own, a token and an item captured and used. */
const PER_REQUEST = [
  {
    method: 'POST',
    path: '/login',
    headers,
    setupRequest: (request: Request) => ({ ...request, body: JSON.stringify(login()) }),
    onResponse: (status: number, body: string, captured: Captured) => {
      captured.token = read(status, body).token
    },
  },
  {
    method: 'GET',
    path: '/items/7',
    onResponse: (status: number, body: string, captured: Captured) => {
      captured.item = read(status, body).id
    },
  },
  {
    method: 'POST',
    path: '/orders',
    headers,
    setupRequest: (request: Request, { token, item }: Captured) => ({
      ...request,
      headers: { ...request.headers, authorization: token },
      body: JSON.stringify(order(item)),
    }),
    onResponse: read,
  },
]

autocannon({
  url,
  connections: USERS,
  duration: LONG_SECONDS,
  requests: bodies === 'static' ? STATIC : PER_REQUEST,
})
