/** Entry of autocannon as a client: `autocannon-process.ts <package directory> <url> static|per-request`. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LONG_SECONDS, USERS } from './peer.ts'

const [, , directory = '', url = '', bodies] = process.argv
const { default: autocannon } = await import(pathToFileURL(join(directory, 'autocannon.js')).href)

let sent = 0
const headers = { 'content-type': 'application/json' }
const read = (status: number, body: string): void => {
  if (status !== 200 || typeof JSON.parse(body) !== 'object') process.exit(1)
}
const own = (body: () => object) =>
  bodies === 'static'
    ? { body: JSON.stringify(body()) }
    : {
        setupRequest: (request: object) => ({ ...request, body: JSON.stringify(body()) }),
        onResponse: read,
      }

autocannon({
  url,
  connections: USERS,
  duration: LONG_SECONDS,
  requests: [
    {
      method: 'POST',
      path: '/login',
      headers,
      ...own(() => ({ name: `user-${sent++ % USERS}`, password: `secret-${sent}` })),
    },
    { method: 'GET', path: '/items/7', ...(bodies === 'static' ? {} : { onResponse: read }) },
    {
      method: 'POST',
      path: '/orders',
      headers,
      ...own(() => ({ item: 7, amount: 1 + (sent % 5), note: `order of ${sent % USERS}` })),
    },
  ],
})
