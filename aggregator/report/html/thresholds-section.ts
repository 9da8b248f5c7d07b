import type { Verdict } from '../../../lib/core/results/verdict.ts'
import { type Markup, markup } from '../model/markup.ts'
import { countStates, groupRows, type RowGroup, type RowState, type WrittenRow } from '../model/row.ts'
import { bulletBar } from './charts/bullet.ts'
import { chip } from './icon.ts'
import { nothing, scrolling, section } from './table.ts'

const ORDER: readonly RowState[] = ['fail', 'no-data', 'warn', 'pass']

export function thresholdsSection({ thresholds }: Verdict): Markup {
  const hint = 'A broken limit fails the run; a missed target warns.'
  if (thresholds.length === 0)
    return section('thresholds', 'Thresholds', hint, nothing('This run has no thresholds.'))
  const groups = groupRows(thresholds)
  return section(
    'thresholds',
    'Thresholds',
    hint,
    markup`<div class="card flush">${scrolling(
      'Thresholds',
      markup`<table class="thresholds"><caption class="unseen">Thresholds by group, the worst first</caption><thead><tr><th scope="col">State</th><th scope="col">Threshold</th><th scope="col" class="number">Measured</th><th scope="col" class="number">Limit</th><th scope="col" class="number">Target</th><th scope="col"><span class="unseen">Where the value is between its bounds</span>${legend}</th></tr></thead>
${groups.map(group)}</table>`,
    )}</div>`,
  )
}

const legend = markup`<span class="bullet-legend" aria-hidden="true"><span><b class="dot"></b>measured</span><span><i class="limit"></i>limit</span><span><i class="target"></i>target</span></span>`

function group({ title, rows }: RowGroup): Markup {
  const counts = countStates(rows.map(({ row }) => row))
  const tally = ORDER.filter((state) => counts[state] > 0).map(
    (state) => `${counts[state]} ${state.replace('-', ' ')}`,
  )
  return markup`<tbody><tr class="group"><th scope="rowgroup" colspan="6"><div>${title}<span>${tally.join(' · ')}</span></div></th></tr>
${rows.map(line)}</tbody>
`
}

function line(written: WrittenRow): Markup {
  const { row, measured, limit, target, about, remark } = written
  return markup`<tr class="state-${row.state}"><td>${chip(row.state)}</td>
<th scope="row">${row.title}<small>${about}</small>${remark === '' ? undefined : markup`<small class="remark">${remark}</small>`}</th>
<td class="number measured">${measured}</td><td class="number">${limit}</td><td class="number">${target}</td>
<td>${bulletBar(written)}</td></tr>
`
}
