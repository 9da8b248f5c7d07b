import { figure } from '../section.ts'
import type { Case } from './case.ts'
import type { Log } from './target-process.ts'
import { QUANTILES, type Quantiles, quantilesOf, type Told } from './told.ts'

/** What a request costs beyond the target's own hold: two processes, two kernels' queues, a timer's millisecond. */
export const OVERHEAD_MS = 3
/** A value read from a histogram is less than this above the one recorded. */
export const PRECISION = 0.001

export interface Compared {
  one: Case
  log: Log
  told: Told
}

export const heldMs = (log: Log): Quantiles => quantilesOf(log.holdsUs.map((us) => us / 1_000))

/** What Volley said that its target's log, or the formula, does not bear out. */
export function contradictions({ one, log, told }: Compared): string[] {
  const wrong: string[] = []
  const same = (what: string, said: number | undefined, seen: number): void => {
    if (said !== seen) wrong.push(`${one.name}: ${what} ${said}, the target has ${seen}`)
  }
  same('requests', told.requests, log.requests)
  same('requests without an answer', told.failed, log.dropped)
  same('bytes sent', told.sentBytes, log.receivedBytes)
  same('bytes received', told.receivedBytes, log.sentBytes)
  const held = heldMs(log)
  for (const [name] of QUANTILES) {
    const most = held[name] * (1 + PRECISION) + OVERHEAD_MS + (one.burstMs ?? 0)
    if (told.serviceMs[name] < held[name] * (1 - PRECISION) || told.serviceMs[name] > most)
      wrong.push(`${one.name}: service ${name} ${told.serviceMs[name]} ms, the target held ${held[name]} ms`)
  }
  return wrong
}

/** The rows of one case: the truth first, then what each tool said. */
export function rowsOf(one: Case, compared: readonly Compared[], missing: readonly string[][]): string[][] {
  const truth = compared[0]
  const numbers = (of: Quantiles): string[] => QUANTILES.map(([name]) => milliseconds(of[name]))
  const formula = one.formulaMs
  return [
    [`**${one.name}**: ${one.does}`, '', '', '', '', ''],
    ...(formula
      ? [['by formula', '', '', ...QUANTILES.map(([, share]) => milliseconds(formula(share)))]]
      : []),
    ...(truth ? [['held, by the target', '', '', ...numbers(heldMs(truth.log))]] : []),
    ...compared.flatMap(({ log, told }) => [
      [
        `${told.tool}, service time`,
        `${figure(told.requests)} of ${figure(log.requests)}`,
        failuresOf(told, log),
        ...numbers(told.serviceMs),
      ],
      ...(told.responseMs ? [[`${told.tool}, response time`, '', '', ...numbers(told.responseMs)]] : []),
    ]),
    ...missing.map(([tool = '', why = '']) => [tool, why, '', '', '', '']),
  ]
}

function failuresOf(told: Told, log: Log): string {
  const lost = `${told.failed} of ${log.dropped}${told.classes ? ` (${told.classes})` : ''}`
  return told.dropped ? `${lost}; ${figure(told.dropped)} not started` : lost
}

const milliseconds = (value: number): string =>
  Number.isFinite(value) ? (value >= 100 ? figure(value) : value.toFixed(1)) : '–'
