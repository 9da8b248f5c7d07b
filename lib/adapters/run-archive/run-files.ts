import type { z } from 'zod'
import { planSchema } from '../../core/plan/plan.ts'
import { summarySchema } from '../../core/results/summary.ts'
import { verdictSchema } from '../../core/results/verdict.ts'
import type { RunFiles } from '../../ports.ts'

/** What a run has left, by a way to read its files. Without a plan nothing tells that there was a run. */
export async function readRunFiles(
  read: (file: string) => Promise<Uint8Array | undefined>,
): Promise<RunFiles | undefined> {
  const [plan, summary, verdict] = await Promise.all([
    read('plan.json'),
    read('summary.json'),
    read('verdict.json'),
  ])
  if (plan === undefined) return undefined
  return {
    ...part('plan', plan, planSchema),
    ...part('summary', summary, summarySchema),
    ...part('verdict', verdict, verdictSchema),
  }
}

function part<Name extends string, T>(
  name: Name,
  body: Uint8Array | undefined,
  schema: z.ZodType<T>,
): Partial<Record<Name, T>> {
  if (body === undefined) return {}
  try {
    return { [name]: schema.parse(JSON.parse(new TextDecoder().decode(body))) } as Record<Name, T>
  } catch {
    return {}
  }
}
