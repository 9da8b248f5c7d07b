import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Mistake, VolleyError } from '../core/base/errors.ts'
import { fieldOf } from '../core/base/mistake.ts'
import type { Feeder } from '../core/scenario/feeder.ts'
import type { DataRow } from '../core/scenario/flow.ts'
import { csvRows } from './csv-rows.ts'
import { besideScenario, type LoadedScenario } from './scenario-file.ts'

const cellSchema = z.union([z.string(), z.boolean().transform(String)], {
  error: 'text, a number or a boolean',
})
const rowsSchema = z.array(z.record(z.string(), cellSchema))

/** What `TextDecoder` calls the encodings of feeders. */
const DECODER_OF = { 'utf-8': 'utf-8', latin1: 'windows-1252', 'utf-16le': 'utf-16le' } as const

/**
 * Reads all data files of a scenario. Throws `DATA_INVALID` with every file that is missing, malformed,
 * empty, or has fewer rows than `users` where each row belongs to one user.
 */
export async function loadData(
  { scenario, module }: LoadedScenario,
  users: number,
): Promise<Record<string, DataRow[]>> {
  const mistakes: Mistake[] = []
  const data: Record<string, DataRow[]> = {}
  for (const [name, feeder] of Object.entries(scenario.data)) {
    const path = besideScenario(module, feeder.path)
    const read = await readRows(path, feeder)
    if (Array.isArray(read)) data[name] = read
    const problem = Array.isArray(read) ? sizeProblem(read.length, feeder, users) : read
    if (problem) mistakes.push({ field: `data.${name}`, value: path, ...problem })
  }
  if (mistakes.length > 0) throw new VolleyError('DATA_INVALID', 'data files cannot be used', mistakes)
  return data
}

type Problem = Pick<Mistake, 'limit' | 'next'>

async function readRows(path: string, feeder: Feeder): Promise<DataRow[] | Problem> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch {
    return {
      limit: 'a file that can be read',
      next: 'create it, or correct its path (relative to the scenario file)',
    }
  }
  const text = decoded(bytes, feeder.encoding)
  if (typeof text !== 'string') return text
  return feeder.format === 'csv' ? csvRows(text, feeder.delimiter) : parseJson(text)
}

/** The text of a file without its byte order mark. */
function decoded(bytes: Uint8Array, encoding: Feeder['encoding'] = 'utf-8'): string | Problem {
  try {
    return new TextDecoder(DECODER_OF[encoding], { fatal: true }).decode(bytes)
  } catch {
    const others = Object.keys(DECODER_OF).filter((other) => other !== encoding)
    return {
      limit: `text in ${encoding}`,
      next: `save it in ${encoding}, or name its encoding: ${others.map((other) => `'${other}'`).join(' or ')}`,
    }
  }
}

function parseJson(text: string): DataRow[] | Problem {
  let parsed: unknown
  try {
    parsed = JSON.parse(text, asWritten)
  } catch (error) {
    return {
      limit: `JSON (${error instanceof Error ? error.message : String(error)})`,
      next: 'correct the file',
    }
  }
  const rows = rowsSchema.safeParse(parsed)
  if (rows.success) return rows.data
  const [{ path = [] } = {}] = rows.error.issues
  return {
    limit: 'an array of flat objects with text, numbers or booleans',
    next: path.length === 0 ? 'correct the file' : `correct ${fieldOf(path)} of the file`,
  }
}

/** Numbers keep the digits of the file: an id of 20 digits and a price of 1.10 stay what they are. */
function asWritten(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? value) : value
}

function sizeProblem(rows: number, { access }: Feeder, users: number): Problem | undefined {
  if (rows === 0) return { limit: 'at least one row', next: 'add rows' }
  if (access === 'shared' || rows >= users) return undefined
  return {
    limit: `${users} rows, one for each user (it has ${rows})`,
    next: "add rows, run fewer users, or make the feeder's access shared",
  }
}
