import { z } from 'zod'
import { VolleyError } from '../../lib/core/base/errors.ts'
import { mistakesOf } from '../../lib/core/base/mistake.ts'

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  )

/** What the stack tells its functions. Each handler reads it once, when its module loads. */
const environmentSchema = z.object({
  VOLLEY_BUCKET: z.string().min(3),
  /** The API's alone: the other functions never start a run. */
  VOLLEY_STATE_MACHINE_ARN: z.string().optional(),
  /** The stop function's alone: it has a run judged whose execution has ended. */
  VOLLEY_AGGREGATOR: z.string().optional(),
  VOLLEY_ALLOWED_TARGETS: list,
  VOLLEY_CHAOS_TEMPLATES: list,
  VOLLEY_MAX_BUDGET_USD: z.coerce.number().positive(),
  VOLLEY_REGION: z.string(),
  VOLLEY_NAMESPACE: z.string(),
  VOLLEY_RESERVED_CONCURRENCY: z.coerce.number().int().positive().optional(),
  AWS_ENDPOINT_URL: z.string().optional(),
})

export interface Environment {
  bucket: string
  stateMachineArn?: string
  /** ARN of the aggregator. */
  aggregator?: string
  /** Hosts, as the target guard's rules: `host`, `host:port` or `*.domain`. */
  allowedHosts: string[]
  /** Templates whose experiments runs may start. */
  chaosTemplates: string[]
  maxBudgetUsd: number
  region: string
  /** Of the series that runs publish. */
  namespace: string
  /** Generators that the deployment may have up at once, where it has concurrency of its own. */
  reservedConcurrency?: number
  /** Where the services of AWS are, if not at their own addresses: in the local cloud. */
  awsEndpoint?: string
}

/** Throws `INPUT_INVALID` with every variable that is missing or wrong. */
export function readEnvironment(variables: Record<string, string | undefined> = ofProcess()): Environment {
  const parsed = environmentSchema.safeParse(variables)
  if (!parsed.success)
    throw new VolleyError(
      'INPUT_INVALID',
      'the function is not deployed right',
      mistakesOf(parsed.error, variables),
    )
  const { data } = parsed
  return {
    bucket: data.VOLLEY_BUCKET,
    ...(data.VOLLEY_STATE_MACHINE_ARN !== undefined && { stateMachineArn: data.VOLLEY_STATE_MACHINE_ARN }),
    ...(data.VOLLEY_AGGREGATOR !== undefined && { aggregator: data.VOLLEY_AGGREGATOR }),
    allowedHosts: data.VOLLEY_ALLOWED_TARGETS.map(hostOf),
    chaosTemplates: data.VOLLEY_CHAOS_TEMPLATES,
    maxBudgetUsd: data.VOLLEY_MAX_BUDGET_USD,
    region: data.VOLLEY_REGION,
    namespace: data.VOLLEY_NAMESPACE,
    ...(data.VOLLEY_RESERVED_CONCURRENCY !== undefined && {
      reservedConcurrency: data.VOLLEY_RESERVED_CONCURRENCY,
    }),
    ...(data.AWS_ENDPOINT_URL !== undefined && { awsEndpoint: data.AWS_ENDPOINT_URL }),
  }
}

/** An entry of the allow list as the guard reads it: of a URL its host, and its port where the scheme implies one. */
export function hostOf(allowedTarget: string): string {
  if (!allowedTarget.includes('://') || !URL.canParse(allowedTarget)) return allowedTarget
  const { hostname, port, protocol } = new URL(allowedTarget)
  return `${hostname}:${port || (protocol === 'https:' || protocol === 'wss:' ? 443 : 80)}`
}

function ofProcess(): Record<string, string | undefined> {
  // biome-ignore lint/style/noProcessEnv: the one place where a deployed function reads its variables
  return process.env
}
