import { z } from 'zod'

export const quoteLineSchema = z.strictObject({
  item: z.string(),
  quantity: z.number(),
  unit: z.string(),
  /** Of the whole quantity. */
  priceUsd: z.number(),
})
export type QuoteLine = z.infer<typeof quoteLineSchema>

/** The price of a run before it starts, line by line, in US dollars. */
export const quoteSchema = z.strictObject({
  lines: z.array(quoteLineSchema),
  totalUsd: z.number(),
  /** What others may have to pay because of the run; not in the total. */
  apart: z.array(quoteLineSchema).optional(),
  /** Where the prices hold, and the month they were last checked. */
  region: z.string().optional(),
  pricesDated: z.string().optional(),
  /** What the figures assume, as sentences. */
  notes: z.array(z.string()).optional(),
})
export type Quote = z.infer<typeof quoteSchema>

/** One machine of one's own costs nothing. */
export const FREE: Quote = { lines: [], totalUsd: 0 }
