import type { SnapshotStore } from '../../ports.ts'

/** Objects of one process, for tests and for embedding. */
export class MemoryStore implements SnapshotStore {
  readonly #objects = new Map<string, Uint8Array>()

  async put(key: string, body: Uint8Array | string): Promise<void> {
    this.#objects.set(key, bytesOf(body))
  }

  async putOnce(key: string, body: Uint8Array | string): Promise<boolean> {
    if (this.#objects.has(key)) return false
    this.#objects.set(key, bytesOf(body))
    return true
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#objects.get(key)?.slice()
  }

  async *list(prefix: string): AsyncIterable<string> {
    for (const key of [...this.#objects.keys()]) if (key.startsWith(prefix)) yield key
  }
}

function bytesOf(body: Uint8Array | string): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body.slice()
}
