import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { VolleyError } from '../core/errors.ts'
import { mistakesOf } from '../core/mistake.ts'
import { type Observed, observedSchema } from '../core/observed.ts'
import { type Plan, planSchema } from '../core/plan.ts'

/** Reads the plan and the observations of a finished run. Throws `RUN_NOT_FOUND` where the directory holds none. */
export async function openRun(directory: string): Promise<{ plan: Plan; observed: Observed }> {
  const plan = await readMessage(directory, 'plan.json', planSchema)
  const observed = await readMessage(directory, 'observed.json', observedSchema)
  return { plan, observed }
}

async function readMessage<T>(directory: string, file: string, schema: z.ZodType<T>): Promise<T> {
  const path = join(directory, file)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined)
    throw notFound(directory, `has no ${file}`, 'name the directory of a run that has ended')
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new VolleyError(
    'RUN_NOT_FOUND',
    `${path} is not what this version writes`,
    mistakesOf(parsed.error, {}),
  )
}

function notFound(directory: string, what: string, next: string): VolleyError {
  return new VolleyError('RUN_NOT_FOUND', `${directory} ${what}`, [
    { field: 'run dir', value: directory, limit: 'a directory that volley run has written', next },
  ])
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
