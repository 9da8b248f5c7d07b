import type { Frame, Incident, IncidentPlace, SampleExchange } from '../../../lib/core/results/incident.ts'
import type { Failure, Summary } from '../../../lib/core/results/summary.ts'
import { formatNumber } from './figure.ts'
import { stepTitle } from './step-title.ts'

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

/** What failed of one step in one way, and what it said. */
export interface FailureRow {
  where: IncidentPlace
  flow: string
  step: string
  cause: string
  count: number
  /** Absent where nothing says out of how many. */
  total?: number
  incidents: Incident[]
}

type FailureSummary = Pick<Summary, 'failures' | 'incidents'>

/** Requests, sessions and calls that failed, by step: the one that failed most often first. */
export function failedSteps({ failures }: FailureSummary): FailedStep[] {
  const steps = new Map<string, FailedStep>()
  for (const failure of failures) {
    if (failure.where === 'iteration') continue
    const { where, flow, total, count } = failure
    const title = `${flow === '' ? '' : `${flow}: `}${stepTitle(failure)}`
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

/** By step and cause; and errors that no flow waits for, which have no step. */
export function failureRows(summary: FailureSummary): FailureRow[] {
  const names = new Set(summary.failures.map(({ name }) => name))
  const rows = summary.failures.map((failure): FailureRow => {
    const { where, flow, count, total } = failure
    const cause = causeOf(failure)
    const ofFlow = summary.incidents.filter(
      (one) => one.where === where && one.error === cause && one.flow === flow,
    )
    const ofStep = ofFlow.filter(({ name }) => name === failure.name)
    // Steps that are told apart no more have no name here that an incident could have.
    const incidents = ofStep.length > 0 ? ofStep : ofFlow.filter(({ name }) => !names.has(name))
    const step = where === 'iteration' ? 'iteration' : stepTitle(failure)
    return { where, flow, step, cause, count, total, incidents }
  })
  const unhandled = errorClasses(summary).filter(({ where }) => where === 'unhandled')
  return [
    ...rows,
    ...unhandled.map(({ where, error, count, incidents }) => ({
      ...{ where, flow: '', step: 'waited for by no flow', cause: error, count, incidents },
    })),
  ]
}

function causeOf({ error, status }: Pick<Failure, 'error' | 'status'>): string {
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

/** As one reads it on the wire: the request's first line, the status, headers, and how the body begins. */
export function writeExchange({ method, url, status, headers, body, bodyBytes }: SampleExchange): string {
  const lines = [`${method} ${url}`]
  if (status !== 0)
    lines.push(`→ ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`))
  if (body !== undefined) lines.push('', body)
  else if (bodyBytes > 0) lines.push('', `${formatNumber(bodyBytes)} bytes that are no text`)
  return lines.join('\n')
}

/** `login (shop.ts:12:7)` */
export function writeFrame({ place, function: name }: Frame): string {
  return name === undefined ? place : `${name} (${place})`
}
