/** One value that a threshold is held against, in the metric's unit; of a window, with the time it begins. */
export interface Reading {
  value: number
  fromMs?: number
}

/** What a threshold's metric came to, or why nobody can say. There is at least one reading. */
export type Measurement =
  | {
      readings: readonly Reading[]
      samples?: number
      /** Said with the value, and instead of it where it is infinite. */
      note?: string
    }
  | { noData: string }
