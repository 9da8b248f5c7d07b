import { z } from 'zod'
import { REPORT_TYPES } from '../../lib/core/results/report-file.ts'
import { runIdSchema, runRequestSchema } from '../../lib/core/run/run-request.ts'
import {
  quotedSchema,
  refusalSchema,
  runListSchema,
  runViewSchema,
  startedSchema,
  stoppedSchema,
  uploadedSchema,
} from '../../lib/core/run/run-view.ts'
import { listQuerySchema } from './list-runs.ts'
import { type OperationName, ROUTES } from './routes.ts'

const SCHEMAS = {
  RunRequest: runRequestSchema,
  Started: startedSchema,
  RunList: runListSchema,
  RunView: runViewSchema,
  Stopped: stoppedSchema,
  Quoted: quotedSchema,
  Uploaded: uploadedSchema,
  Refusal: refusalSchema,
} as const
type SchemaName = keyof typeof SCHEMAS

/** What the document says of an operation besides its route. */
interface Described {
  summary: string
  /** What it takes as its body: a request for a run, or the bundle of a scenario. */
  takes?: 'request' | 'bundle'
  parameters?: object[]
  /** Successes by status: what they mean and what they hold. */
  answers: Record<number, [meaning: string, schema?: SchemaName]>
  refusals: readonly (keyof typeof REFUSALS)[]
}

const REFUSALS = {
  400: 'The request has mistakes: all of them are listed.',
  402: 'The run would cost more than the request or the deployment allows.',
  404: 'There is no such run, or no such scenario.',
  409: 'Another run has the name, or the run has not ended yet.',
  503: 'The deployment cannot do it now; the same call may be made again.',
} as const

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Becomes the name of the run. The same request under the same key starts nothing more and is answered the same.',
  schema: jsonSchema(runIdSchema),
}
const RUN_ID = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The name of the run.',
  schema: jsonSchema(runIdSchema),
}
const SHA256 = {
  name: 'id',
  in: 'path',
  required: true,
  description: "The SHA-256 of the bundle's bytes, in hexadecimal.",
  schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
}
const FILE = {
  name: 'file',
  in: 'query',
  description: 'Which of the reports.',
  schema: { enum: Object.keys(REPORT_TYPES), default: 'summary.md' },
}
const LIST_QUERY = Object.entries({
  limit: 'How many runs.',
  scenario: 'Name of a scenario: only its runs. Runs from before there was this filter are left out.',
  profile: 'Only runs of this profile.',
  before: 'Epoch milliseconds: only runs that were asked for earlier.',
} satisfies Record<keyof typeof listQuerySchema.shape, string>).map(([name, description]) => ({
  ...{ name, in: 'query', description },
  schema: jsonSchema(listQuerySchema.shape[name as keyof typeof listQuerySchema.shape]),
}))

const DESCRIBED: Readonly<Record<OperationName, Described>> = {
  startRun: {
    summary: 'Start a run',
    takes: 'request',
    parameters: [IDEMPOTENCY_KEY],
    answers: {
      201: ['The run is started.', 'Started'],
      200: ['It was started before, under the same key.', 'Started'],
    },
    refusals: [400, 402, 409, 503],
  },
  listRuns: {
    summary: 'List the latest runs, the newest first',
    parameters: LIST_QUERY,
    answers: { 200: ['The runs.', 'RunList'] },
    refusals: [400, 503],
  },
  showRun: {
    summary: 'Show how a run goes, or how it ended',
    parameters: [RUN_ID],
    answers: { 200: ['The run.', 'RunView'] },
    refusals: [404, 503],
  },
  stopRun: {
    summary: 'End the load of a run; what it measured is still judged',
    parameters: [RUN_ID],
    answers: {
      202: ['Every generator is told to stop.', 'Stopped'],
      200: ['The run has ended already.', 'Stopped'],
    },
    refusals: [404, 503],
  },
  reportRun: {
    summary: 'Get a report of a run that has ended',
    parameters: [RUN_ID, FILE],
    answers: { 200: ['The report, as the run wrote it.'] },
    refusals: [400, 404, 409, 503],
  },
  quoteRun: {
    summary: 'Price a run; nothing is started',
    takes: 'request',
    answers: { 200: ['What the run would be, and its price.', 'Quoted'] },
    refusals: [400, 503],
  },
  showScenario: {
    summary: 'Ask whether a scenario is uploaded',
    parameters: [SHA256],
    answers: { 200: ['It is.', 'Uploaded'] },
    refusals: [404, 503],
  },
  uploadScenario: {
    summary: 'Upload a scenario as volley start bundles it; it is kept under its hash and written once',
    takes: 'bundle',
    parameters: [SHA256],
    answers: { 201: ['It is kept.', 'Uploaded'], 200: ['It was there before.', 'Uploaded'] },
    refusals: [400, 503],
  },
}

/** The API as an OpenAPI 3.1 document, made of the schemas that it validates with. */
export function openApi(): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const { operation, method, path } of ROUTES)
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(operation) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Volley',
      version: '1',
      description:
        'Starts, watches and stops runs of a deployment. Every call is signed with AWS Signature Version 4.',
    },
    servers: [
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com/{stage}',
        description: "The deployment's output ApiUrl.",
        variables: {
          api: { default: 'api' },
          region: { default: 'eu-central-1' },
          stage: { default: 'prod' },
        },
      },
    ],
    security: [{ sigv4: [] }],
    paths,
    components: {
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          description: 'AWS Signature Version 4, service execute-api; needs execute-api:Invoke.',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
      },
      schemas: Object.fromEntries(
        Object.entries(SCHEMAS).map(([name, schema]) => [
          name,
          jsonSchema(schema, name === 'RunRequest' ? 'input' : 'output'),
        ]),
      ),
    },
  }
}

/** The document as it is written to `schemas/openapi.json`. */
export function openApiText(): string {
  return `${JSON.stringify(openApi(), null, 2)}\n`
}

const BODIES = {
  request: contentOf('RunRequest'),
  bundle: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } },
} as const

function operationOf(operation: OperationName): object {
  const { summary, takes, parameters, answers, refusals } = DESCRIBED[operation]
  return {
    operationId: operation,
    summary,
    ...(parameters && { parameters }),
    ...(takes && { requestBody: { required: true, content: BODIES[takes] } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, [description, schema]]) => [
          status,
          { description, content: schema ? contentOf(schema) : reportContent() },
        ]),
      ),
      ...Object.fromEntries(
        refusals.map((status) => [status, { description: REFUSALS[status], content: contentOf('Refusal') }]),
      ),
    },
  }
}

function contentOf(schema: SchemaName): object {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } }
}

function reportContent(): object {
  return Object.fromEntries(
    Object.values(REPORT_TYPES).map((type) => [
      type.split(';')[0],
      { schema: type === 'application/json' ? {} : { type: 'string' } },
    ]),
  )
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'input'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
