import type { LookupAddress } from 'node:dns'
import type { Resolve } from '../../../lib/adapters/net/checked-lookup.ts'

type Done = Parameters<Resolve>[1]

interface Entry {
  addresses: readonly LookupAddress[]
  untilMs: number
  turn: number
}

const KEPT_FOR_MS = 5_000

/**
 * Keeps the addresses of names for a few seconds and gives each caller the next one first, so that users spread
 * over all the addresses of a load balancer. Simultaneous questions for one name are asked once; failures are not kept.
 */
export class AddressBook {
  readonly #resolve: Resolve
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()
  readonly #asking = new Map<string, Done[]>()

  constructor(resolve: Resolve, now: () => number) {
    this.#resolve = resolve
    this.#now = now
  }

  find(hostname: string, done: Done): void {
    const entry = this.#entries.get(hostname)
    const waiting = this.#asking.get(hostname)
    if (entry && entry.untilMs > this.#now()) done(null, nextTurn(entry))
    else if (waiting) waiting.push(done)
    else this.#ask(hostname, done)
  }

  #ask(hostname: string, first: Done): void {
    const waiting = [first]
    this.#asking.set(hostname, waiting)
    this.#resolve(hostname, (error, addresses) => {
      this.#asking.delete(hostname)
      const failure = error ?? (addresses.length === 0 ? noAddress(hostname) : null)
      if (failure) {
        this.#entries.delete(hostname)
        for (const done of waiting) done(failure, [])
        return
      }
      const entry = { addresses, untilMs: this.#now() + KEPT_FOR_MS, turn: 0 }
      this.#entries.set(hostname, entry)
      for (const done of waiting) done(null, nextTurn(entry))
    })
  }
}

/** Node ends the process over a name without addresses. */
function noAddress(hostname: string): Error {
  return Object.assign(new Error(`getaddrinfo ENODATA ${hostname}`), {
    code: 'ENODATA',
    syscall: 'getaddrinfo',
  })
}

/** The addresses of the first one's family, begun at the next turn, then those of the other. */
function nextTurn(entry: Entry): LookupAddress[] {
  const { addresses } = entry
  const family = addresses[0]?.family
  const preferred = addresses.filter((address) => address.family === family)
  const others = addresses.filter((address) => address.family !== family)
  const at = entry.turn++ % Math.max(1, preferred.length)
  return [...preferred.slice(at), ...preferred.slice(0, at), ...others]
}
