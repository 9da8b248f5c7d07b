/** One value that a threshold is held against, in the metric's unit. */
export interface Reading {
  value: number
  /** Of a window: when it begins. */
  fromMs?: number
  /** Where there are several readings: the samples of this one, if its kind counts them. */
  samples?: number | undefined
}

/** What a threshold's metric came to, or why nobody can say. There is at least one reading. */
export type Measurement =
  | {
      readings: readonly Reading[]
      samples?: number
      /** Said with the value, and instead of it where it is infinite. */
      note?: string | undefined
    }
  | { noData: string }
