import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { VolleyError } from '../core/base/errors.ts'
import { BUNDLE_ENTRY, bundleKey, decodeBundle, uploadedName } from '../core/run/scenario-bundle.ts'
import type { SnapshotStore } from '../ports.ts'
import { type LoadedScenario, loadScenarioModule } from './scenario-file.ts'

/** Hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What this process has loaded: a name never means anything else later. */
const loaded = new Map<string, Promise<LoadedScenario>>()

/**
 * Loads an uploaded scenario by the hash of its bundle. Nothing of it runs before the hash is verified.
 * Throws `SCENARIO_NOT_FOUND`, or `SCENARIO_INVALID`.
 */
export async function loadUploadedScenario(sha256: string, store: SnapshotStore): Promise<LoadedScenario> {
  const known = loaded.get(sha256)
  if (known) return known
  const loading = fetchBundle(sha256, store).then(async (bytes) =>
    loadBundle(bytes, await mkdtemp(join(tmpdir(), 'volley-scenario-'))),
  )
  loaded.set(sha256, loading)
  loading.catch(() => loaded.delete(sha256))
  return loading
}

async function fetchBundle(sha256: string, store: SnapshotStore): Promise<Uint8Array> {
  const bytes = await store.get(bundleKey(sha256))
  if (!bytes) throw refusal('SCENARIO_NOT_FOUND', sha256, 'is not uploaded')
  if (sha256Of(bytes) !== sha256) throw refusal('SCENARIO_INVALID', sha256, 'is not what its name says')
  return bytes
}

/** Unpacks a bundle into a folder, and loads it from there. */
export async function loadBundle(bytes: Uint8Array, folder: string): Promise<LoadedScenario> {
  const { files } = decodeBundle(bytes)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return loadScenarioModule(pathToFileURL(join(folder, BUNDLE_ENTRY)).href)
}

function refusal(code: 'SCENARIO_NOT_FOUND' | 'SCENARIO_INVALID', sha256: string, what: string): VolleyError {
  return new VolleyError(code, `${uploadedName(sha256)} ${what}`, [
    {
      field: 'scenario',
      value: uploadedName(sha256),
      limit: 'a scenario whose bundle is in the deployment',
      next: 'start it from its file once more: volley start ./mine.ts uploads it',
    },
  ])
}
