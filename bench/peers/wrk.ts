import { CLIENT_CORE } from '../workbench.ts'
import { versionOf } from './install.ts'
import { type Found, LONG_SECONDS, USERS } from './peer.ts'

/** The yardstick: one thread that sends the same GET over 64 connections and looks at nothing but the end of the answer. */
export function wrk(): Found {
  const version = versionOf('wrk', '-v')
  if (version === undefined) return { name: 'wrk', missing: 'wrk is not on the path: apt-get install wrk' }
  return {
    name: 'wrk',
    version: version.split('[')[0]?.trim() ?? '',
    start: ({ children }, url) =>
      children.spawn(CLIENT_CORE, 'wrk', ['-t1', `-c${USERS}`, `-d${LONG_SECONDS}s`, `${url}/items/7`]),
  }
}
