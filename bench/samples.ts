/** Service times in microseconds as a web service has them: log-normal, around 22 ms. The same for the same seed. */
export function serviceTimes(count: number, seed: number): number[] {
  const next = uniform(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next())
  return Array.from({ length: count }, () => Math.round(Math.exp(10 + 0.8 * normal())))
}

/** A linear congruential generator over (0, 1): good enough to draw samples from. */
function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
}

/** The best of several rounds, in microseconds a call: what the code takes when nothing is in its way. */
export function microsecondsOf(work: () => void, calls: number, rounds = 7): number {
  for (let i = 0; i < calls; i++) work()
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const fromMs = performance.now()
    for (let i = 0; i < calls; i++) work()
    best = Math.min(best, ((performance.now() - fromMs) * 1_000) / calls)
  }
  return best
}
