import type { Uploaded } from '../../lib/core/run/run-view.ts'
import {
  bundleKey,
  decodeBundle,
  MAX_BUNDLE_BYTES,
  uploadedName,
} from '../../lib/core/run/scenario-bundle.ts'
import { sha256Of } from '../../lib/scenario/uploaded-scenario.ts'
import { type ApiRequest, type ApiResponse, invalid, json } from './http.ts'
import type { ApiPorts } from './ports.ts'

/** `PUT /scenarios/{sha256}`: keeps a bundle under the hash of its bytes. It is written once, and nothing of it runs. */
export async function uploadScenario(
  sha256: string,
  { body }: ApiRequest,
  { store }: ApiPorts,
): Promise<ApiResponse> {
  if (body.length > MAX_BUNDLE_BYTES) throw tooLarge(body.length)
  const actual = sha256Of(body)
  if (actual !== sha256) throw misnamed(sha256, actual)
  decodeBundle(body)
  const fresh = await store.putOnce(bundleKey(sha256), body)
  return json(fresh ? 201 : 200, { scenario: uploadedName(sha256) } satisfies Uploaded)
}

function tooLarge(bytes: number): Error {
  return invalid('the scenario is too large', {
    field: 'body',
    value: `${bytes} bytes`,
    limit: `at most ${MAX_BUNDLE_BYTES} bytes, compressed`,
    next: 'use smaller data files, or put the scenario into scenarios/ and deploy it with the stack',
  })
}

function misnamed(sha256: string, actual: string): Error {
  return invalid('the scenario is not what its name says', {
    field: 'sha256',
    value: sha256,
    limit: `the SHA-256 of what is sent: ${actual}`,
    next: 'send it to the path with that hash',
  })
}
