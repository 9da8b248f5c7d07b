import { z } from 'zod'

/** A data file. `unique`: each row belongs to one user. `shared`: every draw picks a seeded row. */
export const feederSchema = z.strictObject({
  format: z.enum(['csv', 'json']),
  /** Relative to the scenario's file. */
  path: z.string().min(1),
  access: z.enum(['unique', 'shared']),
})
export type Feeder = z.infer<typeof feederSchema>

interface FeederOptions {
  access?: Feeder['access']
}

/** Rows of a CSV file with a header line. */
export function csv(path: string, { access = 'shared' }: FeederOptions = {}): Feeder {
  return { format: 'csv', path, access }
}

/** Rows of a JSON file: an array of objects, whose values are read as text. */
export function json(path: string, { access = 'shared' }: FeederOptions = {}): Feeder {
  return { format: 'json', path, access }
}
