import { z } from 'zod'
import { type Mistake, VolleyError } from '../core/errors.ts'
import { mistakesOf } from '../core/mistake.ts'
import { dashboardSchema } from './dashboard-settings.ts'
import { schedulesSchema } from './schedule-settings.ts'

const list = z
  .union([z.string().transform((text) => text.split(',')), z.array(z.string())])
  .transform((entries) => entries.map((entry) => entry.trim()).filter((entry) => entry !== ''))

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

/** An id of AWS, as in `subnet-0a1b2c3d`. */
const idOf = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`), {
    error: `must be an id such as ${prefix}-0a1b2c3d`,
  })
const idsOf = (prefix: string) => list.pipe(idOf(prefix).array().min(1))

/** What a deployment is given with `cdk deploy -c name=value`; `docs/deploying.md` explains each. */
export const settingsSchema = z.object({
  /** Tells several deployments in one account apart. */
  deployment: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, { error: 'must be letters, digits and -' })
    .max(60)
    .optional(),
  /** Hosts or URLs that may be sent load. Nothing is allowed by default. */
  allowedTargets: list.default([]),
  /** No run may cost more. */
  maxBudgetUsd: z.coerce.number().positive().default(10),
  /** Verdicts, reports and baselines outlive the stack. */
  keepResults: flag.default(false),
  /** Is told how each run ended. */
  notifyEmail: z.email().optional(),
  /** Generators that may be up at once, taken out of the account's concurrency for these alone. */
  reservedConcurrency: z.coerce.number().int().positive().optional(),
  /** Where private targets are. */
  vpcId: idOf('vpc').optional(),
  subnetIds: idsOf('subnet').default([]),
  /** Instead of a security group of the stack's own. */
  securityGroupIds: idsOf('sg').default([]),
  /** Runs that start by the clock. */
  schedules: schedulesSchema,
  /** A dashboard of a suite's runs and of what its target is made of. */
  dashboard: dashboardSchema,
})
export type Settings = z.infer<typeof settingsSchema>

/** JSON on the command line, themselves in `cdk.json`. */
const STRUCTURED: readonly string[] = ['schedules', 'dashboard']

/** Reads the settings from the app's context. Throws `INPUT_INVALID` with all mistakes. */
export function readSettings(contextOf: (name: string) => unknown): Settings {
  const given = Object.fromEntries(
    Object.keys(settingsSchema.shape).map((name) => {
      const value = contextOf(name) ?? undefined
      return [name, STRUCTURED.includes(name) ? fromJson(value) : value]
    }),
  )
  const parsed = settingsSchema.safeParse(given)
  const mistakes = [...(parsed.success ? [] : mistakesOf(parsed.error, given)), ...networkMistakes(given)]
  if (parsed.success && mistakes.length === 0) return parsed.data
  const named = mistakes.map((mistake) => ({ ...mistake, field: `-c ${mistake.field}` }))
  throw new VolleyError('INPUT_INVALID', 'the stack cannot be built', named)
}

/** Text that is no JSON is taken as it is. */
function fromJson(given: unknown): unknown {
  if (typeof given !== 'string') return given
  try {
    return JSON.parse(given)
  } catch {
    return given
  }
}

/** A VPC and its subnets are given together, and security groups only with them. */
function networkMistakes(given: Record<string, unknown>): Mistake[] {
  const missing = (field: string, limit: string): Mistake => ({
    field,
    value: 'not given',
    limit,
    next: 'add it',
  })
  const { vpcId, subnetIds, securityGroupIds } = given
  if (vpcId !== undefined)
    return subnetIds === undefined ? [missing('subnetIds', 'subnets of the VPC for its functions')] : []
  const part = subnetIds === undefined ? 'security groups' : 'subnets'
  return subnetIds === undefined && securityGroupIds === undefined
    ? []
    : [missing('vpcId', `the VPC that the ${part} are in`)]
}
