import { isDeepStrictEqual } from 'node:util'
import { VolleyError } from '../../lib/core/base/errors.ts'
import { runNameOf } from '../../lib/core/plan/run-name.ts'
import type { RunEntry } from '../../lib/core/run/run-entry.ts'
import { parseRunRequest, type RunRequest, runIdSchema } from '../../lib/core/run/run-request.ts'
import type { Started } from '../../lib/core/run/run-view.ts'
import { shortName } from '../../lib/core/run/scenario-bundle.ts'
import { findRunEntry, recordRun, runEntryOf } from '../../lib/run/store/run-entry.ts'
import { type ApiRequest, type ApiResponse, invalid, json, jsonBody } from './http.ts'
import type { ApiPorts } from './ports.ts'

/**
 * `POST /runs`. The idempotency key is the run's name: the same request with the same key starts nothing more and
 * answers the same; where its first sender ended half-way, it finishes the work.
 */
export async function startRun(http: ApiRequest, ports: ApiPorts): Promise<ApiResponse> {
  const request = parseRunRequest(jsonBody(http))
  const run = keyOf(http) ?? nameOf(request, ports)
  const known = await findRunEntry(ports.store, run)
  const entry = known ?? (await record(request, run, ports))
  if (!isDeepStrictEqual(loadOf(entry.request), loadOf(request))) throw taken(run)
  await ports.starter.start(run, entry.request)
  return json(known ? 200 : 201, { run, quote: entry.quote } satisfies Started)
}

/** Who waits for a run makes it no other run: the lease of the first request counts. */
function loadOf({ lease: _, ...load }: RunRequest): object {
  return load
}

function nameOf({ scenario, profile }: RunRequest, { clock }: ApiPorts): string {
  return runNameOf(shortName(scenario), profile, new Date(clock.now()), crypto.randomUUID())
}

async function record(request: RunRequest, run: string, ports: ApiPorts): Promise<RunEntry> {
  const plan = await ports.plan(request, run)
  return recordRun(ports.store, runEntryOf(plan, request, ports.clock.now()))
}

function keyOf({ headers }: ApiRequest): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined || runIdSchema.safeParse(key).success) return key
  throw invalid('the run cannot be named', {
    field: 'Idempotency-Key',
    value: key,
    limit: 'at most 80 letters, digits, - and _: it becomes the name of the run',
    next: 'change it',
  })
}

function taken(run: string): VolleyError {
  return new VolleyError('RUN_EXISTS', `there is another run ${run}`, [
    {
      field: 'Idempotency-Key',
      value: run,
      limit: 'a key of its own for each request that differs',
      next: 'choose another one',
    },
  ])
}
