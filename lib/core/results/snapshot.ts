import { promisify } from 'node:util'
import { crc32, deflateRaw, inflateRawSync, type ZlibOptions } from 'node:zlib'
import { z } from 'zod'
import { type Mistake, VolleyError } from '../base/errors.ts'
import { mistakesOf, printed } from '../base/mistake.ts'
import { seriesKey } from '../metrics/selector.ts'
import { overflowSchema } from '../plan/overflow.ts'
import { incidentsSchema } from './incident.ts'

export const SNAPSHOT_SCHEMA = 'volley.snapshot/1'

export const snapshotPrefix = (run: string): string => `runs/${run}/snapshots/`
export const windowPrefix = (run: string, window: number): string => `${snapshotPrefix(run)}${window}/`
export const snapshotKey = (id: SnapshotId): string =>
  `${windowPrefix(id.run, id.window)}${id.slice}-${id.attempt}-${id.seq}`

const KEY = /^runs\/([^/]+)\/snapshots\/(\d+)\/(\d+)-(\d+)-(\d+)$/

export interface SnapshotId {
  run: string
  window: number
  slice: number
  attempt: number
  /** Index of the cut (`cutsOf`) whose time this snapshot covers. */
  seq: number
}

/** The parts of a snapshot's key; `undefined` for any other key. */
export function parseSnapshotKey(key: string): SnapshotId | undefined {
  const match = KEY.exec(key)
  if (!match) return undefined
  const [, run = '', ...numbers] = match
  const [window = 0, slice = 0, attempt = 0, seq = 0] = numbers.map(Number)
  return { run, window, slice, attempt, seq }
}

const base = { metric: z.string(), tags: z.record(z.string(), z.string()) }
const count = z.number().min(0)

/** One series of a snapshot. Counters and rates are deltas of the interval; a trend points at its histogram. */
export const seriesSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...base, kind: z.literal('counter'), sum: z.number() }),
  z.strictObject({ ...base, kind: z.literal('rate'), trues: count, total: count }),
  z.strictObject({ ...base, kind: z.literal('gauge'), last: z.number(), min: z.number(), max: z.number() }),
  z.strictObject({
    ...base,
    kind: z.literal('trend'),
    count,
    /** Exact, in stored units (`TREND_SCALE` per unit of the metric). */
    min: count,
    max: count,
    sum: count,
    /** How many of the values were out of a histogram's range, or not numbers; absent for none. */
    clamped: count.optional(),
    /** Place of the encoded histogram in the snapshot's histogram section. */
    offset: count,
    length: count,
  }),
])
export type Series = z.infer<typeof seriesSchema>

/** What happened in one second of the schedule, for charts. */
export const secondSchema = z.strictObject({
  /** Seconds since the start of the run. */
  second: z.number().int().min(0),
  requests: count,
  /** Requests that were served or failed: an iteration's end cut off the rest. Absent in earlier snapshots. */
  completed: count.optional(),
  failed: count,
  /** Iterations started and ended. */
  started: count,
  ended: count,
  dropped: count,
  receivedBytes: count,
  sentBytes: count,
  /** Most users active at once in this slice. */
  users: count,
})
export type Second = z.infer<typeof secondSchema>

/** How the generator itself fared in the interval. */
export const healthSchema = z.strictObject({
  /** CPU time of the process per second of the interval; 1 is a whole core. */
  cpuShare: z.number().min(0),
  /** The same over the busiest thread's core: event-loop utilisation, 0 to 1. */
  loopShare: z.number().min(0),
  loopDelayP99Ms: z.number().min(0),
  loopDelayMaxMs: z.number().min(0),
  gcMs: z.number().min(0),
  heapBytes: z.number().min(0),
  rssBytes: z.number().min(0),
  /** Sockets open at the end of the interval. */
  sockets: z.number().int().min(0),
  /** The same over the sockets that the process's descriptors allow; absent where the system does not tell. */
  descriptorShare: z.number().min(0).optional(),
})
export type Health = z.infer<typeof healthSchema>

/** How a slice's window ended: its schedule was done, a stop was asked for, or its deadline or the store ended it. */
export const endingSchema = z.enum(['complete', 'stopped', 'deadline', 'store-lost', 'aborted'])
export type Ending = z.infer<typeof endingSchema>

export const snapshotHeaderSchema = z.strictObject({
  schema: z.literal(SNAPSHOT_SCHEMA),
  run: z.string(),
  window: z.number().int().min(0),
  slice: z.number().int().min(0),
  attempt: z.number().int().min(0),
  seq: z.number().int().min(0),
  /** Time covered, from the start of the run. The first snapshot of a generator that came late starts late. */
  fromMs: z.number().min(0),
  toMs: z.number().min(0),
  /** On the last snapshot of the window only. */
  ending: endingSchema.optional(),
  /** How late this generator began its window. */
  startLateMs: z.number().min(0),
  /** Iterations that arrival and iteration-count executors started in the interval. */
  arrivals: count,
  series: z.array(seriesSchema),
  /** Tags whose values this generator no longer tells all apart. */
  overflows: z.array(overflowSchema).optional(),
  seconds: z.array(secondSchema),
  /** What failed or was printed in the interval; absent for nothing. */
  incidents: incidentsSchema.optional(),
  health: healthSchema,
})
export type SnapshotHeader = z.infer<typeof snapshotHeaderSchema>

/** A snapshot as it travels: its header, and all histograms (HdrHistogram V2) one behind the other. */
export interface Snapshot {
  header: SnapshotHeader
  histograms: Uint8Array
}

/*
 * A snapshot as bytes: "VLY1", the CRC-32 of what follows, and, deflated, the length of the header (four bytes,
 * big endian), the header as JSON, and the histograms.
 */
const MAGIC = 0x564c5931
const PREFIX_BYTES = 8
const LENGTH_BYTES = 4
/** Histograms are sparse before they are deflated; beyond this level the time costs more than the bytes. */
const DEFLATE_LEVEL = 4
/** A snapshot of the most series a generator keeps stays far below this. */
export const MAX_SNAPSHOT_BYTES = 64 * 1_024 * 1_024

/** Most snapshots inflate into one buffer of this size. */
const INFLATED_BYTES = 64 * 1_024

const deflate = promisify<Uint8Array, ZlibOptions, Buffer>(deflateRaw)

export async function encodeSnapshot({ header, histograms }: Snapshot): Promise<Uint8Array> {
  const json = new TextEncoder().encode(JSON.stringify(withFiniteNumbers(header)))
  const body = new Uint8Array(LENGTH_BYTES + json.length + histograms.length)
  viewOf(body).setUint32(0, json.length)
  body.set(json, LENGTH_BYTES)
  body.set(histograms, LENGTH_BYTES + json.length)
  const deflated = await deflate(body, { level: DEFLATE_LEVEL })
  const bytes = new Uint8Array(PREFIX_BYTES + deflated.length)
  viewOf(bytes).setUint32(0, MAGIC)
  viewOf(bytes).setUint32(4, crc32(deflated))
  bytes.set(deflated, PREFIX_BYTES)
  return bytes
}

/** JSON has no other numbers: one of them would make the whole snapshot unreadable. The nearest finite one stands for it. */
function withFiniteNumbers(header: SnapshotHeader): SnapshotHeader {
  const { series, seconds, health } = header
  if ([header, health, ...series, ...seconds].every(hasFiniteNumbers)) return header
  return {
    ...(finite(header) as SnapshotHeader),
    series: series.map(finite),
    seconds: seconds.map(finite),
    health: finite(health),
  }
}

function hasFiniteNumbers(part: object): boolean {
  for (const value of Object.values(part))
    if (typeof value === 'number' && !Number.isFinite(value)) return false
  return true
}

function finite<Part extends object>(part: Part): Part {
  const nearest = Object.entries(part).map(([name, value]) => [
    name,
    typeof value !== 'number' || Number.isFinite(value)
      ? value
      : Number.isNaN(value)
        ? 0
        : Math.sign(value) * Number.MAX_VALUE,
  ])
  return Object.fromEntries(nearest)
}

/**
 * Reads an encoded snapshot; `key` is the one it was stored under. Throws `SNAPSHOT_INVALID` for bytes that are
 * damaged, not a snapshot, of another schema version, or of another key.
 */
export async function decodeSnapshot(bytes: Uint8Array, key?: string): Promise<Snapshot> {
  const body = inflateBody(bytes, key)
  const headerEnd = LENGTH_BYTES + (body.length < LENGTH_BYTES ? 0 : viewOf(body).getUint32(0))
  if (body.length < headerEnd)
    throw snapshotInvalid(key, 'header', `cut off after ${body.length} B`, `${headerEnd} B`)
  const header = readHeader(body.subarray(LENGTH_BYTES, headerEnd), key)
  const histograms = new Uint8Array(body.buffer, body.byteOffset + headerEnd, body.length - headerEnd)
  checkPlaces(header, histograms.length, key)
  return { header, histograms }
}

/** Takes a tenth of a millisecond: handing it to another thread would take longer. */
function inflateBody(bytes: Uint8Array, key: string | undefined): Uint8Array {
  if (bytes.length < PREFIX_BYTES)
    throw snapshotInvalid(key, 'length', `${bytes.length} B`, `more than ${PREFIX_BYTES} B`)
  if (viewOf(bytes).getUint32(0) !== MAGIC)
    throw snapshotInvalid(key, 'magic', viewOf(bytes).getUint32(0).toString(16), MAGIC.toString(16))
  const deflated = bytes.subarray(PREFIX_BYTES)
  if (viewOf(bytes).getUint32(4) !== crc32(deflated))
    throw snapshotInvalid(key, 'checksum', 'another one than its bytes have', 'a whole, undamaged snapshot')
  try {
    return inflateRawSync(deflated, { maxOutputLength: MAX_SNAPSHOT_BYTES, chunkSize: INFLATED_BYTES })
  } catch (cause) {
    const limit = `deflated data of at most ${MAX_SNAPSHOT_BYTES} B`
    throw snapshotInvalid(key, 'body', cause instanceof Error ? cause.message : String(cause), limit)
  }
}

function readHeader(json: Uint8Array, key: string | undefined): SnapshotHeader {
  let raw: unknown
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch {
    throw snapshotInvalid(key, 'header', 'not JSON', 'JSON')
  }
  const schema = (raw as { schema?: unknown } | null)?.schema
  if (schema !== SNAPSHOT_SCHEMA)
    throw snapshotInvalid(
      key,
      'schema',
      printed(schema),
      SNAPSHOT_SCHEMA,
      'read it with the version that wrote it',
    )
  const parsed = snapshotHeaderSchema.safeParse(raw)
  if (!parsed.success) throw invalidSnapshot(key, mistakesOf(parsed.error, raw, 'header'))
  const written = snapshotKey(parsed.data)
  if (key !== undefined && key !== written) throw snapshotInvalid(key, 'key', written, key)
  return parsed.data
}

function checkPlaces({ series }: SnapshotHeader, length: number, key: string | undefined): void {
  for (const one of series) {
    if (one.kind !== 'trend' || one.offset + one.length <= length) continue
    const field = `histogram of ${seriesKey(one.metric, one.tags)}`
    throw snapshotInvalid(key, field, `ends at ${one.offset + one.length} B`, `within ${length} B`)
  }
}

/** The error for a snapshot that can't be used. */
export function snapshotInvalid(
  key: string | undefined,
  field: string,
  value: string,
  limit: string,
  next = 'remove it: what it covers counts as not observed',
): VolleyError {
  return invalidSnapshot(key, [{ field, value, limit, next }])
}

function invalidSnapshot(key: string | undefined, mistakes: readonly Mistake[]): VolleyError {
  return new VolleyError('SNAPSHOT_INVALID', `snapshot ${key ?? '(without a key)'} cannot be read`, mistakes)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
