import { hash } from '../base/random.ts'

const UINT32 = 0x1_0000_0000
/** Odd steps through 2³² next to the fractions of √2 and of the golden ratio, both of bounded partial quotients. */
const USER_STEP = 0x6a09e667
const ITERATION_STEP = 0x9e3779b9

/**
 * Chooses a flow for iteration `iteration` of user `user` (arrivals have user 0), the same in every process.
 * Each choice is the flow in whose share of the circle the point seed + user·√2 + iteration·φ lies, in exact
 * 32-bit arithmetic. Such an additive recurrence spreads evenly instead of at random (Kuipers and Niederreiter,
 * Uniform Distribution of Sequences, chapter 2, section 3): of n iterations in a row of one user, the number that
 * a flow gets is off its share by O(log n); measured, by less than 6 for any share and n up to 100,000.
 *
 * Throws `RangeError` where no weight is positive.
 */
export function flowChooser(
  flows: readonly { weight: number }[],
  seed: number,
): (user: number, iteration: number) => number {
  const bounds = upperBounds(flows.map(({ weight }) => weight))
  const offset = hash(seed)
  return (user, iteration) => {
    const point = (offset + Math.imul(user, USER_STEP) + Math.imul(iteration, ITERATION_STEP)) >>> 0
    let flow = 0
    while (point >= (bounds[flow] as number)) flow++
    return flow
  }
}

/** Where each flow's share of the circle ends. A flow without weight ends where it begins. */
function upperBounds(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (!(total > 0)) throw new RangeError('flowChooser() needs a flow with a positive weight')
  let sum = 0
  return weights.map((weight) => {
    sum += weight
    return Math.round((sum / total) * UINT32)
  })
}
