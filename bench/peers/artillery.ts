import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLIENT_CORE } from '../workbench.ts'
import { installedPackage, VERSIONS } from './install.ts'
import { type Found, USERS } from './peer.ts'

/** Artillery: 64 users that loop over the journey. It parses JSON because values are captured from it. */
export function artillery(say: (text: string) => void): Found {
  const name = 'Artillery'
  const directory = installedPackage('artillery', say)
  if (directory instanceof Error) return { name, missing: directory.message }
  return {
    name,
    version: VERSIONS.artillery,
    start: ({ children, directory: own }, url) => {
      const script = join(own, 'artillery.json')
      writeFileSync(script, JSON.stringify(scriptOf(url)))
      return children.spawn(CLIENT_CORE, process.execPath, [
        join(directory, 'bin/run'),
        'run',
        '--quiet',
        script,
      ])
    },
  }
}

function scriptOf(url: string): object {
  const capture = (json: string, as: string): object => ({ json, as })
  const login = { name: 'user-{{ $randomNumber(0, 64) }}', password: 'secret-{{ $randomNumber(0, 100000) }}' }
  const order = { item: '{{ item }}', amount: '{{ $randomNumber(1, 5) }}', note: 'order of {{ token }}' }
  return {
    config: { target: url, phases: [{ duration: 1, arrivalCount: USERS }], http: { timeout: 30 } },
    scenarios: [
      {
        flow: [
          {
            loop: [
              { post: { url: '/login', json: login, capture: capture('$.token', 'token') } },
              { get: { url: '/items/7', capture: capture('$.id', 'item') } },
              { post: { url: '/orders', json: order, capture: capture('$.id', 'order') } },
            ],
            count: 1_000_000,
          },
        ],
      },
    ],
  }
}
