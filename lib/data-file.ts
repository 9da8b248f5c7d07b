import { readFile } from 'node:fs/promises'
import papaparse from 'papaparse'
import { z } from 'zod'
import { type Mistake, VolleyError } from './core/errors.ts'
import type { Feeder } from './core/feeder.ts'
import type { DataRow } from './core/flow.ts'
import { besideScenario, type LoadedScenario } from './scenario-file.ts'

const cellSchema = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const rowsSchema = z.array(z.record(z.string(), cellSchema))

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

async function readRows(path: string, { format }: Feeder): Promise<DataRow[] | Problem> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return {
      limit: 'a file that can be read',
      next: 'create it, or mend its path (relative to the scenario file)',
    }
  }
  return format === 'csv' ? parseCsv(text) : parseJson(text)
}

function parseCsv(text: string): DataRow[] | Problem {
  const { data, errors } = papaparse.parse<DataRow>(text, { header: true, skipEmptyLines: true })
  const fault = errors.find(({ type }) => type !== 'Delimiter')
  if (!fault) return data
  return { limit: `CSV with a header line (${fault.message})`, next: `mend row ${(fault.row ?? 0) + 2}` }
}

function parseJson(text: string): DataRow[] | Problem {
  try {
    const rows = rowsSchema.safeParse(JSON.parse(text))
    if (rows.success) return rows.data
    return { limit: 'an array of objects with text, numbers or booleans', next: 'mend the file' }
  } catch (error) {
    return {
      limit: `JSON (${error instanceof Error ? error.message : String(error)})`,
      next: 'mend the file',
    }
  }
}

function sizeProblem(rows: number, { access }: Feeder, users: number): Problem | undefined {
  if (rows === 0) return { limit: 'at least one row', next: 'add rows' }
  if (access === 'shared' || rows >= users) return undefined
  return {
    limit: `${users} rows, one for each user (it has ${rows})`,
    next: "add rows, run fewer users, or make the feeder's access shared",
  }
}
