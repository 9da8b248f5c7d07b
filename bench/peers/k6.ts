import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLIENT_CORE } from '../workbench.ts'
import { installedK6, versionOf } from './install.ts'
import { type Found, LONG_SECONDS, USERS } from './peer.ts'

/** k6 with the journey as a script. */
export function k6(say: (text: string) => void): Found {
  const name = 'k6'
  const command = installedK6(say)
  if (command instanceof Error) return { name, missing: command.message }
  return {
    name,
    version: /v[\d.]+/.exec(versionOf(command) ?? '')?.[0] ?? '',
    start: ({ children, directory }, url) => {
      const script = join(directory, 'k6.js')
      writeFileSync(script, scriptOf(url))
      const flags = ['--quiet', '--no-usage-report', '--address', '127.0.0.1:0', '--vus', String(USERS)]
      return children.spawn(CLIENT_CORE, command, ['run', ...flags, '--duration', `${LONG_SECONDS}s`, script])
    },
  }
}

function scriptOf(url: string): string {
  return `import http from 'k6/http'
import { fail } from 'k6'

export const options = { insecureSkipTLSVerify: true }
const headers = { 'content-type': 'application/json' }

export default function () {
  const login = http.post('${url}/login', JSON.stringify({ name: 'user-' + __VU, password: 'secret-' + __ITER }), { headers })
  if (login.status !== 200) fail('login')
  const token = login.json().token
  const item = http.get('${url}/items/7').json()
  const body = JSON.stringify({ item: item.id, amount: 1 + (__ITER % 5), note: 'order of ' + __VU })
  const order = http.post('${url}/orders', body, { headers: { ...headers, authorization: token } })
  if (order.status !== 200 || order.json().id === 0) fail('order')
}
`
}
