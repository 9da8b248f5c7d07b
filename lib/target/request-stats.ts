/** Exact counts of what arrived at a target. */
export interface RequestCounts {
  /** HTTP requests, whatever became of them; WebSocket handshakes are not among them. */
  requests: number
  /** The same by `METHOD /route/:parameter`; those no route answers are under `METHOD (no route)`. */
  routes: Record<string, number>
  /** WebSocket handshakes, whatever became of them. */
  upgrades: number
}

export const STATS_PATH = '/_model/stats'
export const METRICS_PATH = '/metrics'

/** Counts requests by route. The target's own pages, `/_model/*` and `/metrics`, are left out. */
export class RequestStats {
  readonly #fixedRoutes = new Set<string>()
  readonly #openRoutes: { key: string; method: string; segments: string[] }[] = []
  readonly #counts = new Map<string, number>()
  #requests = 0
  #upgrades = 0

  /** Makes a route known. A segment that starts with `:` stands for any text. */
  addRoute(method: string, pattern: string): void {
    const key = `${method} ${pattern}`
    if (pattern.includes('/:')) this.#openRoutes.push({ key, method, segments: pattern.split('/') })
    else this.#fixedRoutes.add(key)
  }

  countRequest(method: string, url: string): void {
    const path = url.split(/[?#]/, 1)[0] as string
    if (path === METRICS_PATH || path.startsWith('/_model/')) return
    const key = this.#routeOf(method, path)
    this.#requests += 1
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  countUpgrade(): void {
    this.#upgrades += 1
  }

  read(): RequestCounts {
    return { requests: this.#requests, routes: Object.fromEntries(this.#counts), upgrades: this.#upgrades }
  }

  #routeOf(method: string, path: string): string {
    const key = `${method} ${path}`
    if (this.#fixedRoutes.has(key)) return key
    const segments = path.split('/')
    const route = this.#openRoutes.find((open) => open.method === method && matches(open.segments, segments))
    return route?.key ?? `${method} (no route)`
  }
}

function matches(pattern: string[], segments: string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, i) => part === segments[i] || (part.startsWith(':') && segments[i] !== ''))
  )
}
