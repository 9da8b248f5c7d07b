import { z } from 'zod'
import { packedSchema } from './histogram-pack.ts'

const numbers = z.array(z.number())

/** Words of 32 bits that hold anything, each behind its index. */
export const bitsetStateSchema = numbers
/** The parts of an `ExactSum`. */
export const exactSumStateSchema = numbers
export const spansStateSchema = z.array(z.tuple([z.number(), z.number()]))
export const shelfStateSchema = z.array(z.tuple([z.number(), packedSchema]))

export type BitsetState = z.infer<typeof bitsetStateSchema>
export type ExactSumState = z.infer<typeof exactSumStateSchema>
export type SpansState = z.infer<typeof spansStateSchema>
export type ShelfState = z.infer<typeof shelfStateSchema>
