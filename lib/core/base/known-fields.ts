import { z } from 'zod'

/** Names of the fields that a schema knows at a path of an input; empty where any name goes, or none. */
export function knownFields(schema: z.core.$ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  let at: z.core.$ZodType | undefined = schema
  let value = input
  for (const part of path) {
    at = at && below(unwrapped(at, value), part)
    value = isRecord(value) ? value[part] : undefined
  }
  const last = at && unwrapped(at, value)
  return last instanceof z.ZodObject ? Object.keys(last.shape) : []
}

/** The schema below defaults and the like; of a union, the member that the value's discriminator names. */
function unwrapped(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  )
    return unwrapped(schema.def.innerType, value)
  if (schema instanceof z.ZodPipe) return unwrapped(schema.def.in, value)
  if (!(schema instanceof z.ZodUnion)) return schema
  const { options } = schema.def
  const member =
    schema instanceof z.ZodDiscriminatedUnion
      ? options.find((option) => isOf(option, schema.def.discriminator, value))
      : options.find((option) => unwrapped(option, value) instanceof z.ZodObject)
  return member === undefined ? schema : unwrapped(member, value)
}

function isOf(option: z.core.$ZodType, discriminator: string, value: unknown): boolean {
  const literal = option instanceof z.ZodObject ? option.shape[discriminator] : undefined
  return (
    literal instanceof z.ZodLiteral && isRecord(value) && literal.values.has(value[discriminator] as string)
  )
}

function below(schema: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(part)]
  if (schema instanceof z.ZodRecord) return schema.def.valueType
  return schema instanceof z.ZodArray ? schema.def.element : undefined
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null
}
