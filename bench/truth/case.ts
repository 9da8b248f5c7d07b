/** One way the target behaves, under one load. Times in milliseconds. */
export interface Case {
  name: string
  /** What the target does to `path`. */
  path: string
  does: string
  seconds: number
  /** Arrivals a second, or users that send again once they are answered. */
  load: { perSecond: number; mostUsers?: number } | { users: number }
  /** How long the client may take to read the answers that come all at once after a freeze. */
  burstMs?: number
  /** Quantile of the response time by formula, where there is one: from how long a request has to take. */
  formulaMs?: (quantile: number) => number
}

/** Two of the target's freezes, or enough requests for a p99. */
const SECONDS = { freeze: 20, steady: 10 }
export const CONSTANT_MS = 20
export const BIMODAL_MS = { usual: 10, rare: 100, every: 20 }
export const FREEZE = { everyMs: 10_000, forMs: 2_000, holdMs: 5 }
export const DROP_EVERY = 50
export const BODY_BYTES = 10_000

/**
 * Of arrivals at an even rate a share of `forMs / everyMs` finds the target frozen, and waits for what is left of it:
 * evenly distributed from nothing to the whole. So quantiles beyond the share of those that don't wait rise in a line.
 */
export function frozenMs(quantile: number): number {
  const frozen = FREEZE.forMs / FREEZE.everyMs
  return FREEZE.holdMs + Math.max(0, (quantile - (1 - frozen)) / frozen) * FREEZE.forMs
}

const steady = { perSecond: 200 }

export const CASES: Case[] = [
  {
    name: 'constant',
    path: '/constant',
    seconds: SECONDS.steady,
    does: `answers after ${CONSTANT_MS} ms`,
    load: steady,
    formulaMs: () => CONSTANT_MS,
  },
  {
    name: 'bimodal',
    path: '/bimodal',
    seconds: SECONDS.steady,
    does: `answers after ${BIMODAL_MS.usual} ms, every twentieth time after ${BIMODAL_MS.rare} ms`,
    load: steady,
    formulaMs: (quantile) => (quantile <= 1 - 1 / BIMODAL_MS.every ? BIMODAL_MS.usual : BIMODAL_MS.rare),
  },
  {
    name: 'freeze, arrivals',
    path: '/freeze',
    seconds: SECONDS.freeze,
    does: 'answers nothing for 2 s in every 10 s',
    load: steady,
    formulaMs: frozenMs,
  },
  {
    name: 'freeze, arrivals, few connections',
    path: '/freeze',
    seconds: SECONDS.freeze,
    does: 'the same, at 1,000/s with at most 900 connections',
    load: { perSecond: 1_000, mostUsers: 900 },
    burstMs: 50,
    formulaMs: frozenMs,
  },
  {
    name: 'freeze, users',
    path: '/freeze',
    seconds: SECONDS.freeze,
    does: 'the same, for 20 users that wait for their answers',
    load: { users: 20 },
  },
  {
    name: 'dropped',
    path: '/drop',
    seconds: SECONDS.steady,
    does: `closes every ${DROP_EVERY}th connection without an answer`,
    load: steady,
  },
  {
    name: 'bodies',
    path: '/body',
    seconds: SECONDS.steady,
    does: `takes and gives ${BODY_BYTES} bytes`,
    load: steady,
  },
]
