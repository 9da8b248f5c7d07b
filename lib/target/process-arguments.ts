import { parseArgs } from 'node:util'
import { z } from 'zod'
import { VolleyError } from '../core/base/errors.ts'

const USAGE = 'node lib/target/process.ts <module> [--port N] [--host ADDRESS] [--condition NAME] [--seed N]'

const wholeNumber = (max: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((number) => number <= max)

const LIMITS = {
  module: 'path or file URL of one module',
  host: 'an address of this machine',
  port: 'whole number from 0 to 65535',
  condition: 'name of a condition',
  seed: 'whole number from 0 to 4294967295',
} as const
type Field = keyof typeof LIMITS

const argumentsSchema = z.object({
  module: z.string().min(1),
  host: z.string().min(1).optional(),
  port: wholeNumber(65_535),
  condition: z.string().min(1),
  seed: wholeNumber(0xffff_ffff),
})

export type ProcessArguments = z.infer<typeof argumentsSchema>

/** Reads a target's command line. Throws `INPUT_INVALID` with every mistake. */
export function parseProcessArguments(args: readonly string[]): ProcessArguments {
  const { values, positionals } = split(args)
  const given = { ...values, module: positionals.length === 1 ? positionals[0] : undefined }
  const parsed = argumentsSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path[0] as Field))]
  throw new VolleyError(
    'INPUT_INVALID',
    'the command line of the model target is wrong',
    fields.map((field) => ({
      field,
      value: field === 'module' ? positionals.join(' ') || 'none' : String(given[field]),
      limit: LIMITS[field],
      next: `call ${USAGE}`,
    })),
  )
}

function split(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        host: { type: 'string' },
        port: { type: 'string', default: '0' },
        condition: { type: 'string', default: 'healthy' },
        seed: { type: 'string', default: '1' },
      },
    })
  } catch (error) {
    throw new VolleyError('INPUT_INVALID', `${(error as Error).message}\nusage: ${USAGE}`, [], {
      cause: error,
    })
  }
}
