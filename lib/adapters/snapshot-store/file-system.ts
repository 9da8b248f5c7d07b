import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { VolleyError } from '../../core/base/errors.ts'
import type { SnapshotStore } from '../../ports.ts'

/** Unfinished objects carry this prefix; they are never listed. */
const UNFINISHED = '.unfinished-'

/**
 * Objects as files under a directory. A name appears only once its whole content is on disk.
 * With a prefix the directory holds just the keys that begin with it, under the rest of their names.
 */
export class FileSystemStore implements SnapshotStore {
  readonly #directory: string
  readonly #prefix: string

  constructor(directory: string, prefix = '') {
    this.#directory = directory
    this.#prefix = prefix
  }

  async put(key: string, body: Uint8Array | string): Promise<void> {
    await this.#write(key, body, (unfinished, path) => rename(unfinished, path))
  }

  async putOnce(key: string, body: Uint8Array | string): Promise<boolean> {
    let written = true
    await this.#write(key, body, async (unfinished, path) => {
      // A hard link fails where the name exists, which rename does not.
      written = await link(unfinished, path).then(
        () => true,
        (error) => {
          if (isCode(error, 'EEXIST')) return false
          throw error
        },
      )
      await rm(unfinished, { force: true })
    })
    return written
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#path(key))
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined
      throw new VolleyError('STORE_UNREADABLE', `can't read ${this.#path(key)}: ${messageOf(error)}`)
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    for await (const key of this.#walk(folder)) if (key.startsWith(prefix)) yield key
  }

  async *#walk(folder: string): AsyncIterable<string> {
    const entries = await readdir(this.#path(folder), { withFileTypes: true }).catch((error) => {
      if (isCode(error, 'ENOENT')) return []
      throw new VolleyError('STORE_UNREADABLE', `can't list ${this.#path(folder)}: ${messageOf(error)}`)
    })
    for (const entry of entries) {
      if (entry.isDirectory()) yield* this.#walk(`${folder}${entry.name}/`)
      else if (!entry.name.startsWith(UNFINISHED)) yield `${folder}${entry.name}`
    }
  }

  async #write(
    key: string,
    body: Uint8Array | string,
    publish: (unfinished: string, path: string) => Promise<void>,
  ): Promise<void> {
    const path = this.#path(key)
    const unfinished = join(dirname(path), `${UNFINISHED}${randomUUID()}`)
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(unfinished, body)
      await publish(unfinished, path)
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined)
      throw new VolleyError('STORE_UNWRITABLE', `can't write ${path}: ${messageOf(error)}`, [
        {
          field: '--out',
          value: this.#directory,
          limit: 'a directory that can be written, with room left',
          next: 'free some room, fix its rights, or name another directory with --out',
        },
      ])
    }
  }

  #path(key: string): string {
    if (!key.startsWith(this.#prefix)) throw new RangeError(`${key} is not under ${this.#prefix}`)
    return join(this.#directory, ...key.slice(this.#prefix.length).split('/'))
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
