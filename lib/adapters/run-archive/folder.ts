import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ArchivedRun, RunArchive, RunFiles, RunFilter } from '../../ports.ts'
import { newestOf } from './newest.ts'
import { readRunFiles } from './run-files.ts'

/** All that a list tells of these files: what another version wrote beside it hides nothing. */
const planSchema = z.object({
  run: z.string(),
  profile: z.string(),
  scenario: z.object({ name: z.string() }),
})
const startedSchema = z.object({ state: z.string(), startedAt: z.number() })

interface FolderRun extends ArchivedRun {
  directory: string
}

/** The runs whose directories are in a folder. One that is not there holds none. */
export class FolderArchive implements RunArchive {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async list(filter: RunFilter): Promise<FolderRun[]> {
    return newestOf(await this.#runs(), filter)
  }

  async open(run: string): Promise<RunFiles | undefined> {
    const directory = (await this.#runs()).find((one) => one.run === run)?.directory
    if (directory === undefined) return undefined
    return readRunFiles((file) => readFile(join(directory, file)).catch(() => undefined))
  }

  async #runs(): Promise<FolderRun[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true }).catch(() => [])
    const directories = entries.filter((entry) => entry.isDirectory())
    const found = await Promise.all(directories.map(({ name }) => this.#lookAt(name)))
    return found.flatMap((run) => run ?? [])
  }

  /** `undefined` for a directory that is not a run's; one whose plan can't be read has its own name alone. */
  async #lookAt(name: string): Promise<FolderRun | undefined> {
    const directory = join(this.#folder, name)
    const written = await stat(join(directory, 'plan.json')).catch(() => undefined)
    if (!written) return undefined
    const plan = await readFields(directory, 'plan.json', planSchema)
    if (!plan) return { run: name, directory, atMs: written.mtimeMs }
    const started = await readFields(directory, 'metrics-summary.json', startedSchema)
    return {
      run: plan.run,
      directory,
      atMs: started?.startedAt ?? written.mtimeMs,
      scenario: plan.scenario.name,
      profile: plan.profile,
    }
  }
}

async function readFields<T>(directory: string, file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(join(directory, file), 'utf8'))).data
  } catch {
    return undefined
  }
}
