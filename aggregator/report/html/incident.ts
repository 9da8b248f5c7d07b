import type { Incident } from '../../../lib/core/results/incident.ts'
import { writeExchange, writeFrame } from '../model/failures.ts'
import { formatNumber, formatSpan } from '../model/figure.ts'
import { type Markup, markup } from '../model/markup.ts'

/** Messages with all that is known of them; one is in sight, and its details are a click away. */
export function incidentList(incidents: readonly Incident[]): Markup | undefined {
  if (incidents.length === 0) return undefined
  const isOne = incidents.length === 1
  return markup`${incidents.map((incident) => incidentItem(incident, isOne ? '' : ` × ${formatNumber(incident.count)}`))}`
}

/** `times`: how often, where others stand beside it. */
function incidentItem({ message, first }: Incident, times: string): Markup {
  const text = markup`<span class="wrap">${message}${times === '' ? undefined : markup`<small>${times}</small>`}</span>`
  const { stack = [], exchange, lastStep } = first ?? {}
  if (first === undefined || (stack.length === 0 && exchange === undefined && lastStep === undefined))
    return markup`<div class="incident">${text}</div>`
  const facts = [
    `first at ${formatSpan(first.atMs)}`,
    ...(lastStep === undefined ? [] : [`last step ${lastStep}`]),
  ]
  return markup`<div class="incident">${text}<details><summary>${stack[0]?.place ?? 'first time'}</summary>
<p>${facts.join(' · ')}</p>
${stack.length === 0 ? undefined : markup`<pre>${stack.map(writeFrame).join('\n')}</pre>`}
${exchange && markup`<pre>${writeExchange(exchange)}</pre>`}</details></div>`
}
