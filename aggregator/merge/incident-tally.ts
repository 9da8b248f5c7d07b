import {
  type Incident,
  type IncidentPlace,
  incidentKey,
  type SnapshotIncidents,
} from '../../lib/core/results/incident.ts'
import { Smallest } from '../sums/smallest.ts'
import type { IncidentTallyState } from './partial.ts'

/** Kept of a run, however many generators tell of whatever many classes. */
const MAX_CLASSES = 200
const MAX_OF_A_CLASS = 20
/** Told in the summary. */
const MAX_TOLD_FAILURES = 100
const MAX_TOLD_LINES = 50

interface Counted {
  incident: Incident
  /** The snapshot that its message and description are of. */
  origin: string
}

interface Class {
  where: IncidentPlace
  incidents: Smallest<Counted>
}

/** Some incidents, and how many more there were. */
export interface Told {
  incidents: Incident[]
  leftOut: number
}

/**
 * The incidents of a run. Counts add up, and of each incident the earliest description stays; what has no room is counted as
 * left out. No order of the snapshots changes anything, not even which incidents are left out.
 */
export class IncidentTally {
  readonly #classes = new Smallest<Class>(MAX_CLASSES)
  readonly #leftOut = new Map<IncidentPlace, number>()

  static of({ kept, leftOut }: IncidentTallyState): IncidentTally {
    const tally = new IncidentTally()
    for (const { origin, ...incident } of kept) tally.#add(incident, origin)
    for (const { where, count } of leftOut) tally.#leaveOut(where, count)
    return tally
  }

  get state(): IncidentTallyState {
    return {
      kept: this.#all().map(({ incident, origin }) => ({ ...incident, origin })),
      leftOut: [...this.#leftOut].map(([where, count]) => ({ where, count })),
    }
  }

  /** Adds what a snapshot tells; `key` is the snapshot's. */
  add({ seen, leftOut }: SnapshotIncidents, key: string): void {
    for (const incident of seen) this.#add(incident, key)
    for (const { where, count } of leftOut) this.#leaveOut(where, count)
  }

  /** Failures in words, the most frequent first. */
  failures(): Told {
    return this.#told((where) => where !== 'console', MAX_TOLD_FAILURES)
  }

  /** Lines on the console, the most frequent first. */
  lines(): Told {
    return this.#told((where) => where === 'console', MAX_TOLD_LINES)
  }

  #told(isWanted: (where: IncidentPlace) => boolean, most: number): Told {
    const all = this.#all()
      .filter(({ incident }) => isWanted(incident.where))
      .map(({ incident }) => incident)
      .sort((a, b) => b.count - a.count || compare(incidentKey(a), incidentKey(b)))
    const leftOut = [...this.#leftOut].reduce((sum, [where, count]) => sum + (isWanted(where) ? count : 0), 0)
    const hidden = all.slice(most).reduce((sum, { count }) => sum + count, 0)
    return { incidents: all.slice(0, most), leftOut: leftOut + hidden }
  }

  #add(incident: Incident, origin: string): void {
    const key = incidentKey(incident)
    const { incidents } = this.#classOf(incident.where, incident.error) ?? {}
    const known = incidents?.get(key)
    if (known) addTo(known, incident, origin)
    else if (incidents) this.#drop(incidents.add(key, { incident, origin }))
    else this.#leaveOut(incident.where, incident.count)
  }

  #classOf(where: IncidentPlace, error: string): Class | undefined {
    const key = `${where}\n${error}`
    const known = this.#classes.get(key)
    if (known) return known
    const created = { where, incidents: new Smallest<Counted>(MAX_OF_A_CLASS) }
    const dropped = this.#classes.add(key, created)
    if (dropped === created) return undefined
    for (const counted of dropped?.incidents.values() ?? []) this.#drop(counted)
    return created
  }

  #drop(counted: Counted | undefined): void {
    if (counted) this.#leaveOut(counted.incident.where, counted.incident.count)
  }

  #leaveOut(where: IncidentPlace, count: number): void {
    this.#leftOut.set(where, (this.#leftOut.get(where) ?? 0) + count)
  }

  #all(): Counted[] {
    return this.#classes.values().flatMap(({ incidents }) => incidents.values())
  }
}

/** Counts add up; of two descriptions that of the earlier moment stays. */
function addTo(known: Counted, incident: Incident, origin: string): void {
  const count = known.incident.count + incident.count
  const isEarlier = compareTold(incident, origin, known.incident, known.origin) < 0
  known.incident = { ...(isEarlier ? incident : known.incident), count }
  if (isEarlier) known.origin = origin
}

/** What is described comes before what is only counted, and nothing is left to the order in which snapshots come. */
function compareTold(a: Incident, originOfA: string, b: Incident, originOfB: string): number {
  const atMs = (incident: Incident): number => incident.first?.atMs ?? Number.POSITIVE_INFINITY
  if (atMs(a) !== atMs(b)) return atMs(a) - atMs(b)
  return (
    compare(originOfA, originOfB) || compare(JSON.stringify(a.first) ?? '', JSON.stringify(b.first) ?? '')
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
