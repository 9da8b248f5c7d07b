import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'
import {
  decodeSnapshot,
  encodeSnapshot,
  MAX_SNAPSHOT_BYTES,
  type Snapshot,
} from '../../../../../lib/core/results/snapshot.ts'
import { planOf, type Samples, snapshotOf } from '../../../../fixtures/synthetic-run.ts'

const plan = planOf()
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const tags = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), text, { maxKeys: 4 })
const count = fc.nat({ max: 1_000_000 })
const samples: fc.Arbitrary<Samples> = fc.oneof(
  fc.record({
    metric: text,
    tags,
    sum: fc.double({ noNaN: true, noDefaultInfinity: true }).map((sum) => sum + 0),
  }),
  fc.record({ metric: text, tags, trues: count, total: count }),
  fc.record({ metric: text, tags, last: fc.integer(), min: fc.integer(), max: fc.integer() }),
  fc.record({ metric: text, tags, values: fc.array(fc.double({ min: 0, max: 90_000, noNaN: true })) }),
)
const snapshots = fc
  .record({
    seq: fc.nat({ max: 6 }),
    slice: fc.nat({ max: 1 }),
    attempt: fc.nat({ max: 3 }),
    arrivals: count,
    samples: fc.array(samples, { maxLength: 12 }),
    seconds: fc.array(fc.record({ second: fc.nat({ max: 60 }), requests: count, users: count })),
  })
  .map((written) => snapshotOf(plan, written))

/** Bytes as `encodeSnapshot` writes them, around any body. */
async function around(body: Uint8Array): Promise<Uint8Array> {
  const deflated = await promisify(deflateRaw)(body)
  const bytes = Buffer.alloc(8 + deflated.length)
  bytes.write('VLY1')
  bytes.writeUInt32BE(crc32(deflated), 4)
  deflated.copy(bytes, 8)
  return bytes
}

async function withHeader(header: unknown, histograms = new Uint8Array()): Promise<Uint8Array> {
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  return around(Buffer.concat([length, json, histograms]))
}

async function mistakeOf(bytes: Uint8Array, key?: string): Promise<VolleyError> {
  const error = await decodeSnapshot(bytes, key).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof VolleyError)) throw new Error(`expected a VolleyError, got ${error}`)
  expect(error.code).toBe('SNAPSHOT_INVALID')
  return error
}

describe('the snapshot codec', () => {
  it('gives back every snapshot as it was', async () => {
    await fc.assert(
      fc.asyncProperty(snapshots, async ({ snapshot, key }) => {
        expect(await decodeSnapshot(await encodeSnapshot(snapshot), key)).toEqual(snapshot)
      }),
    )
  })

  it('refuses a snapshot with any of its bytes changed', async () => {
    const bytes = fc.integer({ min: 1, max: 255 })
    await fc.assert(
      fc.asyncProperty(snapshots, fc.nat(), bytes, async ({ snapshot, key }, place, change) => {
        const encoded = await encodeSnapshot(snapshot)
        const at = place % encoded.length
        encoded[at] = (encoded[at] as number) ^ change
        await mistakeOf(encoded, key)
      }),
    )
  })

  it('refuses a snapshot that is cut off anywhere, or goes on after its end', async () => {
    await fc.assert(
      fc.asyncProperty(snapshots, fc.nat(), async ({ snapshot, key }, place) => {
        const encoded = await encodeSnapshot(snapshot)
        await mistakeOf(encoded.subarray(0, place % encoded.length), key)
        await mistakeOf(Buffer.concat([encoded, Buffer.of(0)]), key)
      }),
    )
  })
})

describe('a snapshot that cannot be read', () => {
  const { snapshot, key } = snapshotOf(plan, { seq: 3, samples: [{ metric: 'http_reqs', sum: 1 }] })
  const other = (changes: object): Snapshot =>
    ({ ...snapshot, header: { ...snapshot.header, ...changes } }) as Snapshot

  it('names its key and says that it is of another version', async () => {
    const error = await mistakeOf(await withHeader(other({ schema: 'volley.snapshot/2' }).header), key)
    expect(error.message).toBe('snapshot runs/synthetic/snapshots/0/0-0-3 cannot be read')
    expect(error.mistakes).toEqual([
      {
        field: 'schema',
        value: '"volley.snapshot/2"',
        limit: 'volley.snapshot/1',
        next: 'read it with the version that wrote it',
      },
    ])
  })

  it('says which fields are not as they must be, all at once', async () => {
    const { mistakes } = await mistakeOf(await withHeader(other({ toMs: -1, slice: 'one' }).header), key)
    expect(mistakes.map(({ field, value }) => [field, value])).toEqual([
      ['header.slice', '"one"'],
      ['header.toMs', '-1'],
    ])
  })

  it('says that it is stored under the key of another', async () => {
    const error = await mistakeOf(await encodeSnapshot(snapshot), 'runs/synthetic/snapshots/0/1-0-3')
    expect(error.mistakes).toMatchObject([
      { field: 'key', value: key, limit: 'runs/synthetic/snapshots/0/1-0-3' },
    ])
  })

  it('says which histogram lies outside of its bytes', async () => {
    const trend = snapshotOf(plan, { seq: 0, samples: [{ metric: 'msg_rtt', values: [1, 2] }] })
    const cut = { ...trend.snapshot, histograms: trend.snapshot.histograms.slice(1) }
    const { mistakes } = await mistakeOf(await encodeSnapshot(cut), trend.key)
    expect(mistakes).toMatchObject([{ field: 'histogram of msg_rtt' }])
  })

  it('is refused where its header is no JSON or longer than it', async () => {
    expect((await mistakeOf(await around(Buffer.from('\0\0\0\x02{{')))).mistakes[0]?.field).toBe('header')
    expect((await mistakeOf(await around(Buffer.from('\0\0\0\x09{}')))).mistakes[0]?.value).toBe(
      'cut off after 6 B',
    )
    expect((await mistakeOf(await around(Buffer.from('\0')))).mistakes[0]?.value).toBe('cut off after 1 B')
  })

  it('is refused before it takes more memory than the largest snapshot may', async () => {
    const { mistakes } = await mistakeOf(await around(Buffer.alloc(MAX_SNAPSHOT_BYTES + 1)), key)
    expect(mistakes).toMatchObject([{ field: 'body', limit: 'deflated data of at most 67108864 B' }])
  })

  it('is refused where it is no snapshot at all', async () => {
    expect((await mistakeOf(Buffer.from('PK\x03\x04 something else'))).mistakes[0]?.field).toBe('magic')
    expect((await mistakeOf(new Uint8Array())).mistakes[0]?.value).toBe('0 B')
  })
})
