import type { ExactSumState } from './states.ts'

/**
 * A sum of floating-point numbers that does not depend on their order: the exact sum, rounded once.
 * It keeps the sum as a few numbers that do not overlap (Shewchuk, "Adaptive Precision Floating-Point Arithmetic",
 * 1997), as Python's `math.fsum` does. A sum of integers below 2^53 is a single such number.
 */
export class ExactSum {
  /** In order of growing magnitude. */
  #partials: number[] = []

  static of(state: ExactSumState): ExactSum {
    const sum = new ExactSum()
    sum.#partials = [...state]
    return sum
  }

  get state(): ExactSumState {
    return [...this.#partials]
  }

  add(value: number): void {
    let carried = value
    let kept = 0
    for (const partial of this.#partials) {
      const [high, low] =
        Math.abs(carried) < Math.abs(partial) ? [partial, carried] : ([carried, partial] as const)
      carried = high + low
      const rest = low - (carried - high)
      if (rest !== 0) this.#partials[kept++] = rest
    }
    this.#partials.length = kept
    this.#partials.push(carried)
  }

  addSum(other: ExactSum): void {
    for (const partial of other.#partials) this.add(partial)
  }

  /** This sum less another one, rounded once. */
  less(other: ExactSum): number {
    const rest = ExactSum.of(this.#partials)
    for (const partial of other.#partials) rest.add(-partial)
    return rest.value
  }

  get value(): number {
    let next = this.#partials.length - 1
    let sum = this.#partials[next--] ?? 0
    let rest = 0
    while (next >= 0 && rest === 0) {
      const before = sum
      const partial = this.#partials[next--] as number
      sum = before + partial
      rest = partial - (sum - before)
    }
    // Half a unit in the last place is rounded by what lies below it, not to even.
    if (next >= 0 && rest !== 0 && Math.sign(rest) === Math.sign(this.#partials[next] as number)) {
      const rounded = sum + 2 * rest
      if (rounded - sum === 2 * rest) sum = rounded
    }
    // Never -0, of which the sum of nothing would differ.
    return sum + 0
  }
}
