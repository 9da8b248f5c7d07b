import { formatUsd } from '../../lib/core/base/money.ts'
import type { RunEnded } from '../../lib/core/run/run-ended.ts'

/** SNS takes no longer subject, and none but ASCII in it. */
const MAX_SUBJECT = 100

/** How a run ended, as a person reads it. */
export interface Message {
  subject: string
  text: string
}

export function messageOf(ended: RunEnded): Message {
  const { run, scenario, profile, target, state, reasons, cost, bucket, report } = ended
  const what = scenario === undefined ? run : [scenario, profile].filter(Boolean).join(' / ')
  const subject = `Volley: ${state.toUpperCase()} ${what}`.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_SUBJECT)
  const lines = [
    `Run ${run} of ${ended.deployment}: ${state.toUpperCase()}`,
    ...(scenario === undefined ? [] : [`${what}${target === undefined ? '' : ` at ${target}`}`]),
    ...(reasons.length === 0 ? [] : ['', ...reasons.map((reason) => `- ${reason}`)]),
    '',
    ...(cost ? [`Cost: ${formatUsd(cost.accruedUsd)}, quoted ${formatUsd(cost.quotedUsd)}`] : []),
    ...(report === undefined ? [] : [`Report: s3://${bucket}/${report}`, `        volley report ${run}`]),
  ]
  return { subject, text: lines.join('\n').trimEnd() }
}
