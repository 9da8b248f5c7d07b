import { parseRunIndexKey, runIndexPrefix } from '../../core/run/run-entry.ts'
import type { ArchivedRun, RunArchive, RunFiles, RunFilter, SnapshotStore } from '../../ports.ts'
import { newestOf } from './newest.ts'
import { readRunFiles } from './run-files.ts'

/** The runs of a deployment, by the index beside them. */
export class StoreArchive implements RunArchive {
  readonly #store: SnapshotStore

  constructor(store: SnapshotStore) {
    this.#store = store
  }

  /** Lists nothing but the index, and of a scenario only its part. Runs indexed by earlier versions name no scenario. */
  async list(filter: RunFilter): Promise<ArchivedRun[]> {
    const runs: ArchivedRun[] = []
    for await (const key of this.#store.list(runIndexPrefix(filter))) {
      const indexed = parseRunIndexKey(key)
      if (!indexed) continue
      const { requestedAtMs: atMs, ...run } = indexed
      runs.push({ ...run, atMs })
    }
    return newestOf(runs, filter)
  }

  open(run: string): Promise<RunFiles | undefined> {
    return readRunFiles((file) => this.#store.get(`runs/${run}/${file}`))
  }
}
