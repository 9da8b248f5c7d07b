import type { FlowError } from '../../../lib/core/base/flow-error.ts'
import type { Tags } from '../../../lib/core/metrics/metric.ts'
import {
  alike,
  cutText,
  type First,
  type Incident,
  type IncidentPlace,
  MAX_MESSAGE,
  type SnapshotIncidents,
} from '../../../lib/core/results/incident.ts'
import { type Mask, maskerOf, maskerOfNames } from '../../../lib/core/secrets/mask.ts'
import type { PrintedLine } from '../../../lib/user-code/printed-lines.ts'
import { type FrameReader, frameReader, stackOf } from '../../../lib/user-code/user-frames.ts'
import type { ExchangeRecord } from '../contract/exchange-record.ts'
import { causeOf } from './error-class.ts'
import { sampleOf } from './incident-exchange.ts'

const MAX_OF_A_STEP = 5
const MAX_OF_A_CLASS = 20
const MAX_OF_A_GENERATOR = 100
/** Lines on the console, of all levels together. */
const MAX_LINES = 20
/** Flows may name classes and steps without bounds. */
const MAX_GROUPS = 1_000
/** Looking at a message that is new takes a while: so many of a step and of a generator are looked at, others only counted. */
const MAX_LOOKS_OF_A_STEP = 100
const MAX_LOOKS = 5_000
/** All messages, stacks and responses that one generator keeps, and so the most that a snapshot of it holds of them. */
const MAX_TEXT_BYTES = 65_536
/** A secret that a cut would halve is masked before the message is cut to its length. */
const MAX_RAW_MESSAGE = 2_000

interface IncidentsOptions {
  /** URL of the scenario's module: stacks are told relative to its folder. */
  module?: string
  /** Texts that are secrets wherever they stand. */
  secrets?: readonly string[]
  /** Milliseconds from the start of the run. */
  sinceStart?: () => number
}

/** What is known of an incident the first time. */
interface Circumstances {
  error?: unknown
  /** Where there is no error to have it. */
  stack?: string
  exchange?: ExchangeRecord | undefined
  lastStep?: string
}

/** Who got the response to a step. */
interface Received {
  readonly user: object
  readonly name: string
}

interface Counted {
  count: number
}

/**
 * What failed in one generator, and how it said so: each kind of message is described once and counted from then on. What
 * has no room is counted as left out, so that no failure is lost. A failure that is known already costs one comparison.
 */
export class Incidents {
  readonly mask: Mask
  /** For names that flows give: of steps, checks, classes and tags. */
  readonly maskName: Mask
  readonly #frames: FrameReader
  readonly #sinceStart: () => number
  readonly #groups = new Map<string, IncidentGroup>()
  readonly #kept: Incident[] = []
  readonly #ofClass = new Map<string, number>()
  readonly #leftOut = new Map<IncidentPlace, Counted>()
  /** Most failures are like the one before them. */
  #latestGroup: IncidentGroup | undefined
  #textBytes = 0
  #looks = 0
  #received: Received | undefined
  #response: ExchangeRecord | undefined

  constructor({ module, secrets = [], sinceStart = () => 0 }: IncidentsOptions = {}) {
    this.mask = maskerOf(secrets)
    this.maskName = maskerOfNames(secrets)
    this.#frames = frameReader(module)
    this.#sinceStart = sinceStart
  }

  /** Where failures of one class are counted. `flow` and `name` tell those of one step from others. */
  groupOf(where: IncidentPlace, error: string, flow = '', name = ''): IncidentGroup {
    const latest = this.#latestGroup
    if (latest?.isOf(where, error, flow, name)) return latest
    const group = this.#findGroup(where, error, flow, name)
    this.#latestGroup = group
    return group
  }

  #findGroup(where: IncidentPlace, error: string, flow: string, name: string): IncidentGroup {
    const key = `${where}\n${error}\n${flow}\n${name}`
    const known = this.#groups.get(key)
    if (known) return known
    const isFull = this.#groups.size >= MAX_GROUPS
    const most = isFull ? 0 : where === 'console' ? MAX_LINES : MAX_OF_A_STEP
    const { maskName } = this
    const of = { where, error: maskName(error), flow, name: maskName(name) }
    const created = new IncidentGroup(this, of, most)
    if (!isFull) this.#groups.set(key, created)
    return created
  }

  /** Counts a failure of a connection or a call by its class and message, and describes it where it is new. */
  countFailure(where: IncidentPlace, failure: FlowError, { flow = '', name = '' }: Tags): void {
    const incident = this.groupOf(where, failure.errorClass, flow, name).count(failure.message)
    if (incident) this.describe(incident, { error: failure })
  }

  /** Counts what was printed, and keeps the first lines that differ. */
  countLine({ level, text, stack }: PrintedLine): void {
    const incident = this.groupOf('console', level).count(text)
    if (incident) this.describe(incident, { stack })
  }

  /** Counts what nobody looked at. */
  leaveOut(where: IncidentPlace, count: number): void {
    this.leftOutOf(where).count += count
  }

  /** A user got this response: a check or a throw that follows may be about it. */
  received(to: Received, response: ExchangeRecord): void {
    this.#received = to
    this.#response = response
  }

  /** The response that a user got last, where it is still known. */
  lastResponseOf(user: object, step: string): ExchangeRecord | undefined {
    const received = this.#received
    return received?.user === user && received.name === step ? this.#response : undefined
  }

  /** Adds what is known of an incident that was counted for the first time, as far as there is room. */
  describe(
    incident: Incident,
    { error, stack: text = stackOf(error), exchange, lastStep }: Circumstances,
  ): void {
    const own = this.#frames(text)
    const stack = own.length > 0 ? own : this.#frames(stackOf(causeOf(error)))
    const first: First = {
      atMs: Math.max(0, Math.round(this.#sinceStart())),
      ...(lastStep !== undefined && lastStep !== '' && { lastStep }),
      ...(stack.length > 0 && { stack }),
      ...(exchange && { exchange: sampleOf(exchange, this.mask) }),
    }
    const isRoom = this.#takeRoom(JSON.stringify(first))
    incident.first = isRoom ? first : { atMs: first.atMs }
  }

  /** What was counted since the last call; `undefined` for nothing. */
  collect(): SnapshotIncidents | undefined {
    const seen = this.#kept.filter(({ count }) => count > 0).map((incident) => ({ ...incident }))
    const leftOut = [...this.#leftOut].flatMap(([where, { count }]) => (count > 0 ? [{ where, count }] : []))
    if (seen.length === 0 && leftOut.length === 0) return undefined
    for (const incident of this.#kept) {
      incident.count = 0
      delete incident.first
    }
    for (const counted of this.#leftOut.values()) counted.count = 0
    return { seen, leftOut }
  }

  /** Keeps a new incident, with nothing counted yet; `undefined` where there is no room for it. */
  keep(incident: Incident): Incident | undefined {
    const className = incident.where === 'console' ? 'console' : `${incident.where}\n${incident.error}`
    const ofClass = this.#ofClass.get(className) ?? 0
    if (ofClass >= MAX_OF_A_CLASS || this.#kept.length >= MAX_OF_A_GENERATOR) return undefined
    if (!this.#takeRoom(JSON.stringify(incident))) return undefined
    this.#ofClass.set(className, ofClass + 1)
    this.#kept.push(incident)
    return incident
  }

  /** Whether one more message may be looked at. */
  mayLook(): boolean {
    return this.#looks++ < MAX_LOOKS
  }

  /** Where that is counted which is not kept. */
  leftOutOf(where: IncidentPlace): Counted {
    const known = this.#leftOut.get(where)
    if (known) return known
    const created = { count: 0 }
    this.#leftOut.set(where, created)
    return created
  }

  #takeRoom(text: string): boolean {
    const bytes = Buffer.byteLength(text)
    if (this.#textBytes + bytes > MAX_TEXT_BYTES) return false
    this.#textBytes += bytes
    return true
  }
}

/** Failures of one class in one step. */
export class IncidentGroup {
  readonly #incidents: Incidents
  readonly #identity: Pick<Incident, 'where' | 'error' | 'flow' | 'name'>
  readonly #byMessage = new Map<string, Counted>()
  /** Messages that look otherwise before they are masked. */
  readonly #byRawMessage = new Map<string, Counted>()
  readonly #leftOut: Counted
  readonly #most: number
  #looks = 0
  /** Most failures say what the one before them said. */
  #latestMessage: string | undefined
  #latest: Counted | undefined

  constructor(
    incidents: Incidents,
    identity: Pick<Incident, 'where' | 'error' | 'flow' | 'name'>,
    most: number,
  ) {
    this.#incidents = incidents
    this.#identity = identity
    this.#leftOut = incidents.leftOutOf(identity.where)
    this.#most = most
  }

  isOf(where: IncidentPlace, error: string, flow: string, name: string): boolean {
    const own = this.#identity
    return own.error === error && own.where === where && own.flow === flow && own.name === name
  }

  /** Counts a failure. Returns the incident where it is the first that says this: it wants to be described. */
  count(message: string): Incident | undefined {
    if (message === this.#latestMessage && this.#latest !== undefined) {
      this.#latest.count++
      return undefined
    }
    const before = this.#byMessage.size
    const counted = this.#find(message)
    counted.count++
    this.#latestMessage = message
    this.#latest = counted
    const isNew = this.#byMessage.size > before && counted !== this.#leftOut
    return isNew ? (counted as Incident) : undefined
  }

  #find(message: string): Counted {
    const raw = cutText(message, MAX_RAW_MESSAGE)
    const rawKey = alike(raw)
    const known = this.#byMessage.get(rawKey) ?? this.#byRawMessage.get(rawKey)
    if (known) return known
    if (this.#looks >= MAX_LOOKS_OF_A_STEP || !this.#incidents.mayLook()) return this.#leftOut
    this.#looks++
    const shown = cutText(this.#incidents.mask(raw), MAX_MESSAGE)
    const key = alike(shown)
    const found = this.#byMessage.get(key) ?? this.#keep(key, shown) ?? this.#leftOut
    if (key !== rawKey) this.#byRawMessage.set(rawKey, found)
    return found
  }

  #keep(key: string, message: string): Counted | undefined {
    if (this.#byMessage.size >= this.#most) return undefined
    const kept = this.#incidents.keep({ ...this.#identity, message, count: 0 })
    if (kept) this.#byMessage.set(key, kept)
    return kept
  }
}
