import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** Finds the addresses of a name; the shape of `dns.lookup` with `all`. */
export type Resolve = (
  hostname: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void

export const systemResolve: Resolve = (hostname, done) => {
  lookup(hostname, { all: true, order: 'verbatim' }, (error, addresses) => done(error, addresses ?? []))
}

/** A look-up for connections that fails where what it found is refused. Literal addresses are never looked up. */
export function checkedLookup(
  resolve: Resolve,
  refusalOf: (hostname: string, found: readonly LookupAddress[]) => Error | undefined,
): LookupFunction {
  return (hostname, options, callback) =>
    resolve(hostname, (lookupError, found) => {
      const error = lookupError ?? refusalOf(hostname, found)
      const addresses = options.family ? found.filter(({ family }) => family === options.family) : found
      process.nextTick(() => {
        if (error) callback(error, [])
        else if (options.all) callback(null, [...addresses])
        else callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
      })
    })
}
