const MAX_PREFIX = 58

/** A run's name: what it is, when it began, and a few letters against two in one second. */
export function runNameOf(scenario: string, profile: string | undefined, at: Date, letters: string): string {
  const what = [scenario, profile].filter((part) => part !== undefined).join('-')
  const when = at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return [what.replace(/[^\w-]/g, '_').slice(0, MAX_PREFIX), when, letters.slice(0, 4)].join('-')
}
