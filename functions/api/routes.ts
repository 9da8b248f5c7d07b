/** Every operation of the API, and where it is. */
export const ROUTES = [
  { operation: 'startRun', method: 'POST', path: '/runs' },
  { operation: 'listRuns', method: 'GET', path: '/runs' },
  { operation: 'showRun', method: 'GET', path: '/runs/{id}' },
  { operation: 'stopRun', method: 'DELETE', path: '/runs/{id}' },
  { operation: 'reportRun', method: 'GET', path: '/runs/{id}/report' },
  { operation: 'quoteRun', method: 'POST', path: '/quotes' },
  { operation: 'showScenario', method: 'GET', path: '/scenarios/{id}' },
  { operation: 'uploadScenario', method: 'PUT', path: '/scenarios/{id}' },
] as const

export type OperationName = (typeof ROUTES)[number]['operation']

/** The routes at a path of a request, and what stands in it for `{id}`. */
export function routesAt(path: string): { routes: (typeof ROUTES)[number][]; id: string } {
  const parts = partsOf(path)
  const routes = ROUTES.filter((route) => {
    const pattern = partsOf(route.path)
    return pattern.length === parts.length && pattern.every((part, i) => part === '{id}' || part === parts[i])
  })
  return { routes, id: parts[1] ?? '' }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}
