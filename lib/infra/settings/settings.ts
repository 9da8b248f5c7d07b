import { z } from 'zod'
import { type Mistake, VolleyError } from '../../core/base/errors.ts'
import { mistakesOf } from '../../core/base/mistake.ts'
import { templateSchema } from '../../core/schedule/chaos.ts'
import { dashboardSchema } from '../observe/dashboard-settings.ts'
import { schedulesSchema } from './schedule-settings.ts'

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

/** An id of AWS, as in `subnet-0a1b2c3d`. */
const idOf = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`), {
    error: `must be an id such as ${prefix}-0a1b2c3d`,
  })
const idsOf = (prefix: string) => idOf(prefix).array().min(1).default([])

/** What a deployment is given with `cdk deploy -c name=value`; `docs/deploying.md` explains each. */
export const settingsSchema = z.object({
  /** Tells several deployments in one account apart. */
  deployment: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, { error: 'must be letters, digits and -' })
    .max(60)
    .optional(),
  /** A folder with scenarios that are deployed beside the suites. */
  scenarios: z.string().min(1).optional(),
  /** Hosts or URLs that may be sent load. Nothing is allowed by default. */
  allowedTargets: z.string().array().default([]),
  /** No run may cost more. */
  maxBudgetUsd: z.coerce.number().positive().default(10),
  /** Templates of AWS FIS whose experiments runs may start. None is allowed by default. */
  chaosTemplates: templateSchema.array().default([]),
  /** Verdicts, reports and baselines outlive the stack. */
  keepResults: flag.default(false),
  /** Is told how each run ended. */
  notifyEmail: z.email().optional(),
  /** Generators that may be up at once, taken out of the account's concurrency for these alone. */
  reservedConcurrency: z.coerce.number().int().positive().optional(),
  /** Where private targets are. */
  vpcId: idOf('vpc').optional(),
  subnetIds: idsOf('subnet'),
  /** Instead of a security group of the stack's own. */
  securityGroupIds: idsOf('sg'),
  /** Runs that start by the clock. */
  schedules: schedulesSchema,
  /** A dashboard of a suite's runs and of what its target is made of. */
  dashboard: dashboardSchema,
})
export type Settings = z.infer<typeof settingsSchema>

/** Separated by commas on the command line, arrays in `cdk.json`. */
const LISTS: readonly string[] = ['allowedTargets', 'chaosTemplates', 'subnetIds', 'securityGroupIds']
/** JSON on the command line, themselves in `cdk.json`. */
const STRUCTURED: readonly string[] = ['schedules', 'dashboard']

/** Reads the settings from the app's context. Throws `INPUT_INVALID` with all mistakes. */
export function readSettings(contextOf: (name: string) => unknown): Settings {
  const names = Object.keys(settingsSchema.shape)
  const given = Object.fromEntries(names.map((name) => [name, unfolded(name, contextOf(name) ?? undefined)]))
  const parsed = settingsSchema.safeParse(given)
  const mistakes = [...(parsed.success ? [] : mistakesOf(parsed.error, given)), ...networkMistakes(given)]
  if (parsed.success && mistakes.length === 0) return parsed.data
  const named = mistakes.map((mistake) => ({ ...mistake, field: `-c ${mistake.field}` }))
  throw new VolleyError('INPUT_INVALID', 'the stack cannot be built', named)
}

/** What stands in one text on the command line. Text that is no JSON is taken as it is. */
function unfolded(name: string, given: unknown): unknown {
  if (typeof given !== 'string') return given
  if (LISTS.includes(name))
    return given
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
  if (!STRUCTURED.includes(name)) return given
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
