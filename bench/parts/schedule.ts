import { generate } from '../generator.ts'
import type { Part } from '../part.ts'
import { figure } from '../section.ts'
import { startTarget } from '../target/target.ts'
import type { Workbench } from '../workbench.ts'

const DURATION = '10s'
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
    const results = []
    try {
      for (const { profile, rate, what } of CASES) {
        workbench.say(`schedule: ${rate}/s of ${what}`)
        results.push({ what, rate, ...(await lagOf(workbench, profile, rate, target.url)) })
      }
    } finally {
      await target.close()
    }
    return {
      title: 'Schedule: start lag',
      columns: ['flow', 'arrivals/s', 'p50 ms', 'p99 ms', 'max ms', 'lost', 'early', 'loop busy'],
      rows: results.map(({ what, rate, lag, lost, early, loopShare }) => [
        what,
        figure(rate),
        figure(lag.med),
        figure(lag.p99),
        figure(lag.max),
        String(lost),
        String(early),
        `${figure(loopShare * 100)} %`,
      ]),
      notes: [`${DURATION} each; the target is on the other core; the first arrivals are in the figures`],
      raw: results,
    }
  },
}

async function lagOf(workbench: Workbench, profile: string, rate: number, targetUrl: string) {
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
    lag,
    lost: plan.plannedArrivals - lag.count,
    early: lag.clamped ?? 0,
    loopShare: shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length),
  }
}
