/** What AWS asks for one unit of each thing a run uses, in US dollars. */
export interface UnitPrices {
  /** Lambda on arm64. */
  lambdaGbSecond: number
  lambdaRequest: number
  /** Step Functions, standard workflows. */
  stateTransition: number
  s3Put: number
  s3List: number
  s3Get: number
  customMetricMonth: number
  /** One call of PutMetricData. */
  metricWrite: number
  /** One metric asked for by GetMetricData. */
  metricRead: number
  /** Out of the region to the internet, first tier, without the free allowance. */
  gbOut: number
  fisActionMinute: number
}

/** The month in which the figures were last held against the public price lists. */
export const PRICES_DATED = '2026-11'

/** The region whose prices stand in where another one's are not known. */
export const REFERENCE_REGION = 'us-east-1'

/*
 * What is known of each region. A price that nobody has checked is left out, never guessed: the quote then takes
 * the reference region's and says so. Add a figure only from the region's own price list, and move the date.
 */
const REFERENCE: UnitPrices = {
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1_000_000,
  stateTransition: 0.025 / 1_000,
  s3Put: 0.005 / 1_000,
  s3List: 0.005 / 1_000,
  s3Get: 0.0004 / 1_000,
  customMetricMonth: 0.3,
  metricWrite: 0.01 / 1_000,
  metricRead: 0.01 / 1_000,
  gbOut: 0.09,
  fisActionMinute: 0.1,
}
const CHECKED: Readonly<Record<string, Partial<UnitPrices>>> = {
  [REFERENCE_REGION]: REFERENCE,
  'eu-west-1': {},
  'eu-central-1': {},
}

export interface Prices {
  region: string
  dated: string
  usd: UnitPrices
  /** Prices that are the reference region's, because this one's are not known. */
  borrowed: (keyof UnitPrices)[]
}

/** The prices of a region, those of the reference region where its own are not known. */
export function pricesOf(region: string): Prices {
  const own = CHECKED[region] ?? {}
  const items = Object.keys(REFERENCE) as (keyof UnitPrices)[]
  return {
    region,
    dated: PRICES_DATED,
    usd: { ...REFERENCE, ...own },
    borrowed: items.filter((item) => own[item] === undefined),
  }
}
