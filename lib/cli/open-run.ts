import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { VolleyError } from '../core/base/errors.ts'
import { mistakesOf } from '../core/base/mistake.ts'
import { type Plan, planSchema } from '../core/plan/plan.ts'
import { type Observed, observedSchema } from '../core/results/observed.ts'
import { startSchema } from '../core/run/relay.ts'

/** What a run on this machine has left. */
export interface OpenedRun {
  plan: Plan
  /** The common start, epoch milliseconds. */
  startAtMs: number
  /** `undefined` where the command that made the run did not get to write it. */
  observed: Observed | undefined
  /** Why there is none. */
  cutShort: string
}

/** Reads what a run has left beside its snapshots. Throws `RUN_NOT_FOUND` where there is no plan that can be read. */
export async function openRun(directory: string): Promise<OpenedRun> {
  const plan = await readPlan(directory)
  const observed = await readMessage(directory, 'observed.json', observedSchema)
  const start = await readMessage(directory, 'start.json', startSchema)
  return {
    plan,
    observed: observed.message,
    startAtMs: observed.message?.startAtMs ?? start.message?.startAtMs ?? (await writtenAt(directory)),
    cutShort:
      observed.found === 'damaged'
        ? 'observed.json cannot be read: how the generators ended, and what was measured outside of them, is not known'
        : 'the command that made this run ended before it did (there is no observed.json), or the run is still going on',
  }
}

async function readPlan(directory: string): Promise<Plan> {
  const { message, found, error } = await readMessage(directory, 'plan.json', planSchema)
  if (message) return message
  if (found === 'absent')
    throw new VolleyError('RUN_NOT_FOUND', `${directory} has no plan.json`, [
      {
        field: 'run dir',
        value: directory,
        limit: 'a directory that volley run has written',
        next: 'name the directory of a run; volley runs lists those under runs/',
      },
    ])
  throw new VolleyError(
    'RUN_NOT_FOUND',
    `${join(directory, 'plan.json')} is not what this version writes`,
    error ? mistakesOf(error, {}) : [],
  )
}

interface Read<T> {
  message?: T
  found: 'whole' | 'damaged' | 'absent'
  error?: z.ZodError
}

async function readMessage<T>(directory: string, file: string, schema: z.ZodType<T>): Promise<Read<T>> {
  const text = await readFile(join(directory, file), 'utf8').catch(() => undefined)
  if (text === undefined) return { found: 'absent' }
  const parsed = schema.safeParse(parseJson(text))
  return parsed.success ? { message: parsed.data, found: 'whole' } : { found: 'damaged', error: parsed.error }
}

/** The plan is written shortly before the start. */
async function writtenAt(directory: string): Promise<number> {
  return (await stat(join(directory, 'plan.json'))).mtimeMs
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
