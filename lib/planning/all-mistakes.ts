import { type Mistake, VolleyError } from '../core/base/errors.ts'

/**
 * Runs checks that do not depend on each other and returns what each gave. Where several fail because of
 * what the user gave, throws one error with the mistakes of all.
 */
export async function allMistakes<T extends readonly (() => unknown)[]>(
  ...checks: T
): Promise<{ [K in keyof T]: Awaited<ReturnType<T[K]>> }> {
  const outcomes = await Promise.allSettled(checks.map(async (check) => check()))
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  const [first, ...others] = errors
  if (first === undefined) return outcomes.map((outcome) => 'value' in outcome && outcome.value) as never
  const unforeseen = errors.find((error) => !(error instanceof VolleyError))
  if (unforeseen !== undefined || others.length === 0) throw unforeseen ?? first
  const found = errors as VolleyError[]
  throw new VolleyError(
    found[0]?.code ?? 'INPUT_INVALID',
    found.map(({ message }) => message).join('; '),
    found.flatMap(({ mistakes }): Mistake[] => [...mistakes]),
  )
}
