import { z } from 'zod'

const access = z.enum(['unique', 'shared'])
/** `latin1` as browsers read it, which is windows-1252. */
const encoding = z.enum(['utf-8', 'latin1', 'utf-16le']).optional()
/** Relative to the scenario's file. */
const path = z.string().min(1)
const DELIMITER = /^[^"\r\n\ufeff]$/u

/** A data file. `unique`: each row belongs to one user. `shared`: every draw picks a seeded row. */
export const feederSchema = z.discriminatedUnion('format', [
  z.strictObject({
    format: z.literal('csv'),
    path,
    access,
    encoding,
    /** Between the fields; by default the one of comma, semicolon, tab and bar that the header has most of. */
    delimiter: z.string().regex(DELIMITER, 'one character that is no quote and ends no line').optional(),
  }),
  z.strictObject({ format: z.literal('json'), path, access, encoding }),
])
export type Feeder = z.infer<typeof feederSchema>

interface FeederOptions extends Partial<Pick<Feeder, 'access' | 'encoding'>> {}

interface CsvOptions extends FeederOptions {
  delimiter?: string
}

/** Rows of a CSV file with a header line. */
export function csv(path: string, { access = 'shared', ...options }: CsvOptions = {}): Feeder {
  return { format: 'csv', path, access, ...options }
}

/** Rows of a JSON file: an array of objects, whose values are read as text, numbers with the digits of the file. */
export function json(path: string, { access = 'shared', ...options }: FeederOptions = {}): Feeder {
  return { format: 'json', path, access, ...options }
}
