import { PRICES_DATED, pricesOf, REFERENCE_REGION } from '../../lib/core/price/prices.ts'
import type { Part } from '../part.ts'
import { figure, type Section } from '../section.ts'
import { type HttpResult, http } from './http.ts'

const SECONDS_PER_HOUR = 3_600
const MILLION = 1_000_000
/** The memory at which a Lambda has one vCPU. */
const LAMBDA_GB = 1_769 / 1_024
/** Fargate, Linux on ARM, us-east-1, a vCPU with the least memory it comes with. https://aws.amazon.com/fargate/pricing/ */
const FARGATE = { dated: '2026-11', vcpuHourUsd: 0.03238, gbHourUsd: 0.00356, gb: 2 }

const { usd } = pricesOf(REFERENCE_REGION)
const LAMBDA_SECOND_USD = LAMBDA_GB * usd.lambdaGbSecond
const FARGATE_SECOND_USD = (FARGATE.vcpuHourUsd + FARGATE.gb * FARGATE.gbHourUsd) / SECONDS_PER_HOUR

const OFFERS = [
  { name: 'Volley', where: 'Lambda arm64, 1,769 MB', secondUsd: LAMBDA_SECOND_USD },
  { name: 'Artillery', where: 'Lambda arm64, 1,769 MB', secondUsd: LAMBDA_SECOND_USD },
  { name: 'k6', where: 'Fargate arm64, 1 vCPU, 2 GB', secondUsd: FARGATE_SECOND_USD },
]

/** What a million requests of the journey cost where each tool runs, if a vCPU there does what a core does here. */
export const price: Part = {
  name: 'price',
  async run(workbench, before) {
    const measured = (before.get(http.name) ?? (await http.run(workbench, before))).raw as HttpResult[]
    const results = OFFERS.map((offer) => {
      const perSecond = measured.find(({ name }) => name === offer.name)?.perSecond ?? Number.NaN
      return { ...offer, perSecond, millionUsd: (MILLION / perSecond) * offer.secondUsd }
    })
    return sectionOf(results)
  },
}

function sectionOf(
  results: readonly ((typeof OFFERS)[number] & { perSecond: number; millionUsd: number })[],
): Section {
  const ours = results[0]?.millionUsd ?? Number.NaN
  return {
    title: 'Price of a million requests',
    columns: ['client', 'where', 'requests/s a core', 'USD', 'to Volley'],
    rows: results.map(({ name, where, perSecond, millionUsd }) => [
      name,
      where,
      figure(perSecond),
      Number.isFinite(millionUsd) ? millionUsd.toPrecision(3) : '–',
      Number.isFinite(millionUsd / ours) ? `${figure(millionUsd / ours)}×` : '–',
    ]),
    notes: [
      'generator time alone, for the journey at full speed, by the requests one core made here; think time costs extra',
      `Lambda prices of ${PRICES_DATED} and Fargate prices of ${FARGATE.dated}, ${REFERENCE_REGION}`,
    ],
    raw: results,
  }
}
