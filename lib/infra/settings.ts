import { z } from 'zod'
import { VolleyError } from '../core/errors.ts'
import { mistakesOf } from '../core/mistake.ts'

const list = z
  .union([z.string().transform((text) => text.split(',')), z.array(z.string())])
  .transform((entries) => entries.map((entry) => entry.trim()).filter((entry) => entry !== ''))

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

/** What a deployment is given with `cdk deploy -c name=value`. */
const settingsSchema = z.object({
  /** Tells several deployments in one account apart. */
  deployment: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, { error: 'must be letters, digits and -' })
    .optional(),
  /** Hosts or URLs that may be sent load. Nothing is allowed by default. */
  allowedTargets: list.default([]),
  /** No run may cost more. */
  maxBudgetUsd: z.coerce.number().positive().default(10),
  /** Verdicts, reports and baselines outlive the stack. */
  keepResults: flag.default(false),
  /** Is told how each run ended. */
  notifyEmail: z.email().optional(),
})
export type Settings = z.infer<typeof settingsSchema>

/** Reads the settings from the app's context. Throws `INPUT_INVALID` with all mistakes. */
export function readSettings(contextOf: (name: string) => unknown): Settings {
  const given = Object.fromEntries(
    Object.keys(settingsSchema.shape).map((name) => [name, contextOf(name) ?? undefined]),
  )
  const parsed = settingsSchema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new VolleyError('INPUT_INVALID', 'the stack cannot be built', mistakesOf(parsed.error, given, '-c '))
}
