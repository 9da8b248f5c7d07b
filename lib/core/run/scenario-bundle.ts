import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { VolleyError } from '../base/errors.ts'

const BUNDLE_SCHEMA = 'volley.bundle/1'
/** The one file of code in a bundle; what it imports is in it. */
export const BUNDLE_ENTRY = 'scenario.mjs'
/** API Gateway and Lambda take 6 MB a call, of which binary fills three quarters. */
export const MAX_BUNDLE_BYTES = 4_000_000
const MAX_UNPACKED_BYTES = 64_000_000

/** Bundles are called by the SHA-256 of their bytes, so that a name means the same everywhere and for ever. */
export const bundleKey = (sha256: string): string => `scenarios/${sha256}`
export const uploadedName = (sha256: string): string => `sha256:${sha256}`

/** The hash in the name of an uploaded scenario; `undefined` for any other scenario. */
export function uploadedHash(scenario: string): string | undefined {
  return /^sha256:([0-9a-f]{64})$/.exec(scenario)?.[1]
}

/** What a run of a scenario is called after: a whole hash would leave no room for anything else. */
export function shortName(scenario: string): string {
  const sha256 = uploadedHash(scenario)
  return sha256 === undefined ? scenario : `sha256-${sha256.slice(0, 12)}`
}

/** A place below the bundle's own folder, and never outside it. */
const path = z
  .string()
  .refine((text) => /^[^/\\:][^\\:]*$/.test(text) && !text.split('/').some((part) => /^\.{0,2}$/.test(part)))

/** A scenario in one object: its code and the data files it names, by their places beside it. */
export const bundleSchema = z.strictObject({
  schema: z.literal(BUNDLE_SCHEMA),
  files: z
    .record(path, z.string())
    .refine((files) => BUNDLE_ENTRY in files, { error: `must hold ${BUNDLE_ENTRY}` }),
})
export type Bundle = z.infer<typeof bundleSchema>

/** The same files in any order give the same bytes. */
export function encodeBundle(files: Bundle['files']): Uint8Array {
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
  const bundle: Bundle = { schema: BUNDLE_SCHEMA, files: sorted }
  return gzipSync(JSON.stringify(bundle), { level: 9 })
}

/** Throws `SCENARIO_INVALID` for bytes that no `encodeBundle` of this version made. */
export function decodeBundle(bytes: Uint8Array): Bundle {
  try {
    const text = gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }).toString()
    return bundleSchema.parse(JSON.parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw new VolleyError('SCENARIO_INVALID', `the upload is no bundle of a scenario: ${why}`, [
      {
        field: 'scenario',
        value: `${bytes.length} bytes`,
        limit: `what volley start makes of a file, of at most ${MAX_UNPACKED_BYTES} bytes unpacked`,
        next: 'start the scenario from its file with the version that is deployed',
      },
    ])
  }
}
