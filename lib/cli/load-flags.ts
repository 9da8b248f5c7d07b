/** The flags that shape the load, as the command line gives them. */
export interface LoadFlags {
  profile?: string
  duration?: string
  users?: string
  rate?: string
  target?: string
  allow?: string[]
  environment?: string
  generators?: string
  window?: string
  seed?: string
  note?: string
  logRequests?: string
  budget?: string
}

const NUMBERS = ['users', 'rate', 'generators', 'seed', 'budget'] as const

/** The same as a request to be validated. Text that is no number stays text, so that the mistake can show it. */
export function requestOf(flags: LoadFlags): Record<string, unknown> {
  const { profile, duration, target, allow, environment, window, note, logRequests } = flags
  const request: Record<string, unknown> = {
    profile,
    duration,
    target,
    allow,
    environment,
    window,
    note,
    logRequests,
  }
  for (const name of NUMBERS) {
    const text = flags[name]
    request[name === 'budget' ? 'budgetUsd' : name] =
      text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
  }
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
}
