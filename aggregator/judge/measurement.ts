import type { Bounds } from '../merge/bounds.ts'

/** One value that a threshold is held against, in the metric's unit. */
export interface Reading {
  value: number
  /** Of a window: when it begins. */
  fromMs?: number
  /** Where there are several readings: the samples of this one, if its kind counts them. */
  samples?: number | undefined
}

/** What a metric came to over all of its samples, or why it has none. There is at least one reading. */
export type WholeMeasurement =
  | {
      readings: readonly Reading[]
      samples?: number
      /** Said with the value, and instead of it where it is infinite. */
      note?: string | undefined
    }
  | { noData: string }

/** What a threshold's metric came to; or between which bounds it lies, window by window, as samples of it may be missing. */
export type Measurement =
  | WholeMeasurement
  | { incomplete: string; bounds: readonly (Bounds & { fromMs?: number })[] }
