import { z } from 'zod'
import { planSchema } from '../../lib/core/plan/plan.ts'
import { summarySchema } from '../../lib/core/results/summary.ts'
import { verdictSchema } from '../../lib/core/results/verdict.ts'
import { runEndedSchema } from '../../lib/core/run/run-ended.ts'
import { metricsSummarySchema } from './data/json.ts'

/** The files under `schemas/`, and the message each describes. */
export const PUBLISHED: Record<string, z.ZodType> = {
  'metrics-summary.schema.json': metricsSummarySchema,
  'plan.schema.json': planSchema,
  'run-ended.schema.json': runEndedSchema,
  'summary.schema.json': summarySchema,
  'verdict.schema.json': verdictSchema,
}

/** The JSON Schema (draft 2020-12) of a published file, as it is written. */
export function schemaText(file: string): string {
  const schema = PUBLISHED[file]
  if (!schema) throw new RangeError(`${file} is not published`)
  return `${JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }), null, 2)}\n`
}
