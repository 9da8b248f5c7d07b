import { promisify } from 'node:util'
import { gunzip, gzip, type ZlibOptions } from 'node:zlib'
import { z } from 'zod'
import { incidentSchema, incidentsSchema } from '../../lib/core/results/incident.ts'
import { endingSchema } from '../../lib/core/results/snapshot.ts'
import { HistogramPack, packedSchema } from '../sums/histogram-pack.ts'
import { bitsetStateSchema, exactSumStateSchema, shelfStateSchema, spansStateSchema } from '../sums/states.ts'

export const PARTIAL_SCHEMA = 'volley.partial/1'
/** Two objects take turns, so that the one before is there whatever happens to the latest. */
export const PARTIAL_TURNS = [0, 1] as const
export const partialKey = (run: string, turn: number): string => `runs/${run}/partial/${turn}`

const numbers = z.array(z.number())
const tags = z.record(z.string(), z.string())
const originSchema = z.strictObject({ toMs: z.number(), key: z.string() })

export const tallyStateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('counter'), sum: exactSumStateSchema }),
  z.strictObject({ kind: z.literal('rate'), trues: z.number(), total: z.number() }),
  z.strictObject({
    kind: z.literal('gauge'),
    last: z.number(),
    min: z.number(),
    max: z.number(),
    origin: originSchema,
  }),
  z.strictObject({ kind: z.literal('trend'), histogram: packedSchema }),
])

export const tallyShelfStateSchema = z.strictObject({
  cells: z.array(z.tuple([z.number(), tallyStateSchema])),
  histograms: shelfStateSchema,
})

export const seriesStateSchema = z.strictObject({
  metric: z.string(),
  tags,
  tally: tallyStateSchema,
  /** The drain's part of it. */
  drained: exactSumStateSchema,
})

const trackSamplesSchema = tallyShelfStateSchema.extend({ samples: z.number() })
/** `rest` holds samples that may be the threshold's. */
export const trackStateSchema = trackSamplesSchema.extend({ rest: trackSamplesSchema.optional() })

/** What is known of the values of each tag of each flow. */
export const seriesFoldStateSchema = z.array(
  z.strictObject({
    flow: z.string().optional(),
    tag: z.string(),
    first: z.array(z.string()),
    limit: z.string().optional(),
    kept: z.array(z.string()).optional(),
    seen: z.number(),
    uncounted: z.boolean(),
    examples: z.array(z.string()),
  }),
)

export const usersStateSchema = z.strictObject({
  perSecond: numbers,
  /** By second, then by lane. */
  shared: z.array(z.tuple([z.number(), z.array(z.tuple([z.string(), z.number()]))])),
})

/** By metric. */
export const timelineMetricsStateSchema = z.array(z.tuple([z.string(), tallyShelfStateSchema]))

export const timelineStateSchema = z.strictObject({
  users: usersStateSchema,
  counts: z.record(z.string(), numbers),
  requests: numbers,
  serviceTimes: shelfStateSchema,
  metrics: timelineMetricsStateSchema,
  activeUntilMs: z.number(),
})

export const generatorStateSchema = z.strictObject({
  observed: spansStateSchema,
  busy: bitsetStateSchema,
  gcMs: exactSumStateSchema,
  health: z.record(z.string(), z.number()),
  startLateMs: z.number(),
  requests: z.number(),
  toMs: z.number(),
  loopShare: z.number(),
  /** When each window that has ended did. */
  endings: z.array(z.tuple([z.number(), z.number()])),
  ended: originSchema.extend({ ending: endingSchema }).optional(),
})

export const incidentTallyStateSchema = z.strictObject({
  kept: z.array(incidentSchema.extend({ origin: z.string() })),
  leftOut: incidentsSchema.shape.leftOut,
})

/** Everything that a merge holds; the plan says the rest. */
export const mergeStateSchema = z.strictObject({
  snapshots: z.number().int(),
  arrivals: z.number(),
  toMs: z.number(),
  series: z.array(seriesStateSchema),
  fold: seriesFoldStateSchema.default([]),
  /** Smallest hashes of all series that came, behind the end of what is kept of them. */
  distinct: numbers.default([]),
  /** One for each of the plan's thresholds, `null` for those that need none. */
  tracks: z.array(trackStateSchema.nullable()),
  timeline: timelineStateSchema,
  generators: z.array(z.tuple([z.number().int(), generatorStateSchema])),
  startLags: shelfStateSchema,
  incidents: incidentTallyStateSchema.default({ kept: [], leftOut: [] }),
  observedCuts: bitsetStateSchema,
  /** The snapshots that are in it: their `seq` by who wrote them. */
  seen: z.array(z.tuple([z.string(), bitsetStateSchema])),
})

export type TallyState = z.infer<typeof tallyStateSchema>
export type TallyShelfState = z.infer<typeof tallyShelfStateSchema>
export type SeriesState = z.infer<typeof seriesStateSchema>
export type SeriesFoldState = z.infer<typeof seriesFoldStateSchema>
export type TrackState = z.infer<typeof trackStateSchema>
export type UsersState = z.infer<typeof usersStateSchema>
export type TimelineMetricsState = z.infer<typeof timelineMetricsStateSchema>
export type TimelineState = z.infer<typeof timelineStateSchema>
export type IncidentTallyState = z.infer<typeof incidentTallyStateSchema>
export type GeneratorState = z.infer<typeof generatorStateSchema>
export type MergeState = z.infer<typeof mergeStateSchema>

/** A merge of some of a run's snapshots, put down so that another invocation goes on from there. */
export const partialSchema = z.strictObject({
  schema: z.literal(PARTIAL_SCHEMA),
  run: z.string(),
  startAtMs: z.number(),
  merge: mergeStateSchema,
})

export interface PartialMerge {
  run: string
  startAtMs: number
  merge: MergeState
  histograms: HistogramPack
}

/*
 * A partial as bytes: gzip, whose checksum tells whether they are whole, around the length of the JSON (four bytes, big
 * endian), the JSON, and the histograms.
 */
const LENGTH_BYTES = 4
/** Beyond this level the time costs more than the bytes. */
const GZIP_LEVEL = 2
const MAX_PARTIAL_BYTES = 1_024 * 1_024 * 1_024

const compress = promisify<Uint8Array, ZlibOptions, Buffer>(gzip)
const decompress = promisify<Uint8Array, ZlibOptions, Buffer>(gunzip)

export async function encodePartial({ histograms, ...partial }: PartialMerge): Promise<Uint8Array> {
  const json = Buffer.from(
    JSON.stringify({ schema: PARTIAL_SCHEMA, ...partial } satisfies z.infer<typeof partialSchema>),
  )
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(json.length)
  return compress(Buffer.concat([length, json, histograms.bytes]), { level: GZIP_LEVEL })
}

/** Throws where the bytes are damaged, or what another version wrote. */
export async function decodePartial(bytes: Uint8Array): Promise<PartialMerge> {
  const body = await decompress(bytes, { maxOutputLength: MAX_PARTIAL_BYTES })
  const end = LENGTH_BYTES + body.readUInt32BE(0)
  const { run, startAtMs, merge } = partialSchema.parse(JSON.parse(body.toString('utf8', LENGTH_BYTES, end)))
  return { run, startAtMs, merge, histograms: HistogramPack.of(body.subarray(end)) }
}
