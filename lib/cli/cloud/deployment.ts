import { z } from 'zod'
import { type SendSigned, signedHttp } from '../../adapters/deployment/signed-http.ts'
import type { HttpCall, HttpReply } from '../../adapters/signed-calls.ts'
import { isErrorCode, VolleyError } from '../../core/base/errors.ts'
import type { ReportFile } from '../../core/results/report-file.ts'
import { asFlag } from '../../core/run/run-request.ts'
import {
  type Quoted,
  quotedSchema,
  type RunList,
  type RunView,
  refusalSchema,
  runListSchema,
  runViewSchema,
  type Started,
  type Stopped,
  startedSchema,
  stoppedSchema,
  type Uploaded,
  uploadedSchema,
} from '../../core/run/run-view.ts'

/** Which deployment is meant, as the command line gives it. */
export interface DeploymentFlags {
  endpoint?: string
  region?: string
}

/** A deployment's API. Everything throws what the API refuses as the error that it names. */
export interface Deployment {
  /** Starts a run of a name, or finds that it is started. */
  start(run: string, request: object): Promise<Started>
  show(run: string): Promise<RunView>
  list(limit: string | undefined): Promise<RunList>
  stop(run: string): Promise<Stopped>
  quote(request: object): Promise<Quoted>
  /** A report's text. */
  report(run: string, file: ReportFile): Promise<string>
  /** Whether it has a scenario's bundle, by the SHA-256 of its bytes. */
  hasScenario(sha256: string): Promise<boolean>
  uploadScenario(sha256: string, bundle: Uint8Array): Promise<Uploaded>
}

/** Throws `INPUT_INVALID` where it is not clear which deployment is meant. */
export function openDeployment(flags: DeploymentFlags): Deployment {
  const endpoint = endpointOf(flags)
  return deploymentOver(signedHttp(endpoint, regionOf(endpoint, flags)))
}

function deploymentOver(send: SendSigned): Deployment {
  const call = async <T>(schema: z.ZodType<T>, call: HttpCall): Promise<T> =>
    parsed(schema, (await accepted(send, call)).body)
  const pathOf = (run: string): string => `/runs/${encodeURIComponent(run)}`
  return {
    start: (run, request) =>
      call(startedSchema, {
        method: 'POST',
        path: '/runs',
        body: JSON.stringify(request),
        headers: { 'idempotency-key': run },
      }),
    show: (run) => call(runViewSchema, { method: 'GET', path: pathOf(run) }),
    list: (limit) =>
      call(runListSchema, { method: 'GET', path: '/runs', ...(limit !== undefined && { query: { limit } }) }),
    stop: (run) => call(stoppedSchema, { method: 'DELETE', path: pathOf(run) }),
    quote: (request) =>
      call(quotedSchema, { method: 'POST', path: '/quotes', body: JSON.stringify(request) }),
    report: async (run, file) =>
      (await accepted(send, { method: 'GET', path: `${pathOf(run)}/report`, query: { file } })).body,
    hasScenario: (sha256) =>
      accepted(send, { method: 'GET', path: `/scenarios/${sha256}` }).then(
        () => true,
        (error) => {
          if (error instanceof VolleyError && error.code === 'SCENARIO_NOT_FOUND') return false
          throw error
        },
      ),
    uploadScenario: (sha256, bundle) =>
      call(uploadedSchema, {
        method: 'PUT',
        path: `/scenarios/${sha256}`,
        body: bundle,
        headers: { 'content-type': 'application/gzip' },
      }),
  }
}

async function accepted(send: SendSigned, call: HttpCall): Promise<HttpReply> {
  const reply = await send(call)
  if (reply.status < 400) return reply
  const refusal = refusalSchema.safeParse(parseJson(reply.body))
  if (!refusal.success) throw refusedByGateway(reply)
  const { code, message, mistakes } = refusal.data
  throw new VolleyError(isErrorCode(code) ? code : 'API_REFUSED', message, mistakes.map(asFlag))
}

/** What API Gateway says by itself: it knows nothing of runs. */
function refusedByGateway({ status, body }: HttpReply): VolleyError {
  const said =
    z.object({ message: z.string() }).safeParse(parseJson(body)).data?.message ?? body.slice(0, 200)
  return new VolleyError('API_REFUSED', `the deployment answered ${status}: ${said}`, [
    status === 401 || status === 403
      ? {
          field: 'AWS credentials',
          value: 'those of this machine',
          limit: 'a role or user that may invoke the API (execute-api:Invoke)',
          next: 'use credentials of the account that it is deployed in, and see that --region is its region',
        }
      : {
          field: '--endpoint',
          value: `${status}`,
          limit: 'the URL of a deployment (its output ApiUrl), stage and all',
          next: 'fix it, or try again later',
        },
  ])
}

function parsed<T>(schema: z.ZodType<T>, body: string): T {
  const result = schema.safeParse(parseJson(body))
  if (result.success) return result.data
  throw new VolleyError('API_REFUSED', 'the deployment answers what this version does not know', [
    {
      field: '--endpoint',
      value: z.prettifyError(result.error).split('\n')[0] ?? '',
      limit: 'a deployment of the same version as this command',
      next: 'deploy again, or install the version that is deployed',
    },
  ])
}

function endpointOf({ endpoint }: DeploymentFlags): URL {
  const url = endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw new VolleyError('INPUT_INVALID', 'it is not clear which deployment is meant', [
    {
      field: '--endpoint',
      value: endpoint ?? 'not given',
      limit: 'the URL of a deployment (its output ApiUrl)',
      next: 'give it, or set VOLLEY_API',
    },
  ])
}

/** An endpoint of API Gateway's own tells its region. */
function regionOf({ hostname }: URL, { region }: DeploymentFlags): string {
  const told = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1] ?? region
  if (told !== undefined) return told
  throw new VolleyError('INPUT_INVALID', `${hostname} does not tell its region`, [
    {
      field: '--region',
      value: 'not given',
      limit: 'the region of the deployment',
      next: 'give it, or set AWS_REGION',
    },
  ])
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
