import { VolleyError } from '../../lib/core/base/errors.ts'
import type { Uploaded } from '../../lib/core/run/run-view.ts'
import { bundleKey, uploadedHash, uploadedName } from '../../lib/core/run/scenario-bundle.ts'
import type { SnapshotStore } from '../../lib/ports.ts'
import { type ApiResponse, json, refusalOf } from './http.ts'
import type { ApiPorts } from './ports.ts'

const NOT_FOUND = 404

/** `GET /scenarios/{sha256}`: whether a bundle of this hash is here, so that nobody sends it twice. */
export async function showScenario(sha256: string, { store }: ApiPorts): Promise<ApiResponse> {
  if (await isUploaded(sha256, store)) return json(200, { scenario: uploadedName(sha256) } satisfies Uploaded)
  const error = new VolleyError('SCENARIO_NOT_FOUND', `no scenario ${uploadedName(sha256)} is uploaded`, [
    {
      field: 'scenario',
      value: sha256,
      limit: 'the SHA-256 of a bundle that was uploaded',
      next: 'upload it: volley start ./mine.ts does',
    },
  ])
  return { ...refusalOf(error), status: NOT_FOUND }
}

/** Told by a list of one key: the bundle itself may be some megabytes long. */
async function isUploaded(sha256: string, store: SnapshotStore): Promise<boolean> {
  if (uploadedHash(uploadedName(sha256)) === undefined) return false
  for await (const key of store.list(bundleKey(sha256))) if (key === bundleKey(sha256)) return true
  return false
}
