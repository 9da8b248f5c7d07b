import { type Endpoint, endpointOf } from '../endpoint.ts'
import type { TargetGuard } from '../target-guard.ts'

/** An origin that load may go to. */
export interface Site {
  /** Scheme, host and port: `http://127.0.0.1:8080`. */
  readonly origin: string
  readonly endpoint: Endpoint
}

/** A flow may ask for origins without bounds. */
const MOST_KNOWN = 1_000

/** The sites that the users of one generator know: most of them the same. */
export class Sites {
  readonly #guard: TargetGuard
  readonly #known = new Map<string, Site>()

  constructor(guard: TargetGuard) {
    this.#guard = guard
  }

  /** Throws `TARGET_NOT_ALLOWED`. */
  of(origin: string): Site {
    const known = this.#known.get(origin)
    if (known) return known
    const url = new URL(origin)
    this.#guard.checkUrl(url)
    const site = { origin, endpoint: endpointOf(url) }
    if (this.#known.size < MOST_KNOWN) this.#known.set(origin, site)
    return site
  }
}
