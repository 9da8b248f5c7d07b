import type { Frame, Incident, IncidentPlace } from '../../lib/core/incident.ts'
import type { Failure, Summary } from '../../lib/core/summary.ts'
import { formatNumber } from './figure.ts'

/** How often one cause was behind a failure: a status or the class of an error. */
interface Cause {
  cause: string
  count: number
}

/** A step of a flow that failed, and of what. */
export interface FailedStep {
  /** `buy: POST /pay` */
  title: string
  failed: number
  total: number
  causes: Cause[]
}

/** Failures of one class, wherever they happened, and what they said: the most frequent first. */
export interface ErrorClass {
  where: IncidentPlace
  error: string
  count: number
  incidents: Incident[]
}

type FailureSummary = Pick<Summary, 'failures' | 'incidents'>

/** The name of a step, which often begins with its method. */
export function stepName({ method, name }: { method?: string | undefined; name: string }): string {
  return method === undefined || name.startsWith(`${method} `) ? name : `${method} ${name}`
}

/** Requests, sessions and calls that failed, by step: the one that failed most often first. */
export function failedSteps({ failures }: FailureSummary): FailedStep[] {
  const steps = new Map<string, FailedStep>()
  for (const failure of failures) {
    if (failure.where === 'iteration') continue
    const { where, flow, total, count } = failure
    const title = `${flow === '' ? '' : `${flow}: `}${stepName(failure)}`
    const key = `${where} ${title}`
    const step = steps.get(key) ?? { title, failed: 0, total, causes: [] }
    steps.set(key, step)
    step.failed += count
    step.causes.push({ cause: causeOf(failure), count })
  }
  return [...steps.values()].sort((a, b) => b.failed - a.failed)
}

/** All classes of failures, the most frequent first. */
export function errorClasses({ failures, incidents }: FailureSummary): ErrorClass[] {
  const classes = new Map<string, ErrorClass>()
  const classOf = (where: IncidentPlace, error: string): ErrorClass => {
    const key = `${where}\n${error}`
    const known = classes.get(key)
    if (known) return known
    const created = { where, error, count: 0, incidents: [] }
    classes.set(key, created)
    return created
  }
  for (const failure of failures) classOf(failure.where, causeOf(failure)).count += failure.count
  for (const incident of incidents) {
    if (incident.where === 'check') continue
    const ofIncident = classOf(incident.where, incident.error)
    ofIncident.incidents.push(incident)
    if (incident.where === 'unhandled') ofIncident.count += incident.count
  }
  return [...classes.values()].sort((a, b) => b.count - a.count)
}

export function causeOf({ error, status }: Pick<Failure, 'error' | 'status'>): string {
  return error ?? status ?? 'other'
}

const NOUNS: Record<IncidentPlace, [one: string, many: string]> = {
  request: ['request', 'requests'],
  session: ['session', 'sessions'],
  call: ['call', 'calls'],
  iteration: ['iteration', 'iterations'],
  check: ['check', 'checks'],
  unhandled: ['unhandled error', 'unhandled errors'],
  console: ['line', 'lines'],
}

/** `1,204 requests` */
export function countedPlaces(where: IncidentPlace, count: number): string {
  const [one, many] = NOUNS[where]
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}

/** What an incident said, behind the line of the scenario it came from; a response by how its body begins. */
export function saidBy({ message, first }: Incident): string {
  const place = first?.stack?.[0]?.place
  const body = first?.exchange?.status === 0 || place !== undefined ? undefined : first?.exchange?.body
  return `${place === undefined ? '' : `${place}: `}${message}${body === undefined ? '' : `: ${body}`}`
}

/** `login (shop.ts:12:7)` */
export function writeFrame({ place, function: name }: Frame): string {
  return name === undefined ? place : `${name} (${place})`
}
