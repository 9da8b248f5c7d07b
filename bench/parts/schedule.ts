import { generate } from '../generator.ts'
import type { Part } from '../part.ts'
import { figure, median } from '../section.ts'
import { startTarget } from '../target/target.ts'
import type { Workbench } from '../workbench.ts'

const DURATION = '5s'
const ROUNDS = 3
const CASES = [
  { profile: 'nothing', rate: 1_000, what: 'an empty flow' },
  { profile: 'nothing', rate: 10_000, what: 'an empty flow' },
  { profile: 'call', rate: 1_000, what: 'one GET' },
  { profile: 'call', rate: 10_000, what: 'one GET' },
]

/** Punctuality: how late arrivals start, and whether any is lost or early. */
export const schedule: Part = {
  name: 'schedule',
  async run(workbench) {
    const target = await startTarget(workbench)
    const rounds: Lag[][] = CASES.map(() => [])
    try {
      for (let round = 1; round <= ROUNDS; round++)
        for (const [i, { profile, rate, what }] of CASES.entries()) {
          workbench.say(`schedule: ${rate}/s of ${what}, round ${round} of ${ROUNDS}`)
          rounds[i]?.push(await lagOf(workbench, profile, rate, target.url))
        }
    } finally {
      await target.close()
    }
    const results = CASES.map((one, i) => ({ ...one, rounds: rounds[i] ?? [] }))
    return {
      title: 'Schedule: start lag',
      columns: ['flow', 'arrivals/s', 'p50 ms', 'p99 ms', 'max ms', 'lost', 'early', 'loop busy'],
      rows: results.map(({ what, rate, rounds }) => [
        what,
        figure(rate),
        ...(['p50', 'p99', 'max'] as const).map((name) => figure(median(rounds.map((one) => one[name])))),
        String(Math.max(...rounds.map(({ lost }) => lost))),
        String(Math.max(...rounds.map(({ early }) => early))),
        `${figure(median(rounds.map(({ loopShare }) => loopShare)) * 100)} %`,
      ]),
      notes: [
        `medians of ${ROUNDS} rounds of ${DURATION}, the first arrivals included; the target is on the other core`,
        'lost and early are the most of any round',
      ],
      raw: results,
    }
  },
}

interface Lag {
  p50: number
  p99: number
  max: number
  lost: number
  early: number
  loopShare: number
}

async function lagOf(workbench: Workbench, profile: string, rate: number, targetUrl: string): Promise<Lag> {
  const { plan, summary, snapshots } = await generate(workbench, {
    profile,
    rate,
    targetUrl,
    duration: DURATION,
  })
  const lag = summary.metrics.iteration_start_lag?.values
  if (lag?.kind !== 'trend') throw new Error('no start lag was measured')
  const whole = snapshots.filter(({ header }) => header.toMs - header.fromMs >= 1_000)
  const shares = whole.map(({ header }) => header.health.loopShare)
  return {
    p50: lag.med,
    p99: lag.p99,
    max: lag.max,
    lost: plan.plannedArrivals - lag.count,
    early: lag.clamped ?? 0,
    loopShare: shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length),
  }
}
