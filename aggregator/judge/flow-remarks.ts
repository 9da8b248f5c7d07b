import type { Summary } from '../../lib/core/results/summary.ts'
import { totalOf } from '../summary/totals.ts'

/** More names than this are counted, not named. */
const MAX_NAMED = 5

/** What flows did that their author can't have meant: remarks whatever the verdict. */
export function flowRemarks(summary: Summary): string[] {
  return [
    ...unawaitedSentence(summary),
    ...stuckSentence(summary),
    ...straySentence(summary),
    ...exitSentence(summary),
  ]
}

function unawaitedSentence(summary: Summary): string[] {
  const calls = totalOf(summary, 'unawaited_calls')
  if (calls === 0) return []
  const flows = namesOf(summary, 'unawaited_calls', 'flow')
  return [
    `${counted(calls, 'request, think time or opening was', 'requests, think times or openings were')} still in flight when their flow had returned ` +
      `(${flows}): await them; such iterations were taken to end with the last of them`,
  ]
}

function stuckSentence({ series }: Summary): string[] {
  const stuck = series.filter(
    ({ metric, tags }) => metric === 'interrupted_iterations' && tags.reason === 'never_ended',
  )
  const count = stuck.reduce((sum, { values }) => sum + (values.kind === 'counter' ? values.count : 0), 0)
  if (count === 0) return []
  const flows = stuck.map(({ tags }) => tags.flow).join(', ')
  return [
    `${counted(count, 'iteration', 'iterations')} did not end even when cut off (${flows}), awaiting something that never comes: end it at vu.signal`,
  ]
}

function straySentence(summary: Summary): string[] {
  const errors = totalOf(summary, 'unhandled_rejections')
  if (errors === 0) return []
  return [
    `${counted(errors, 'error', 'errors')} came where nothing waits for them, in timers, events or forgotten promises: ` +
      `${namesOf(summary, 'unhandled_rejections', 'error')}`,
  ]
}

function exitSentence({ errors }: Summary): string[] {
  const count = errors
    .filter(({ where, error }) => where === 'iteration' && error === 'process_exit')
    .reduce((sum, each) => sum + each.count, 0)
  if (count === 0) return []
  return [
    `flows called process.exit or process.abort ${counted(count, 'time', 'times')}: that was refused and failed their iterations, since all users share the process`,
  ]
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

/** The values of a tag, those with the highest counts first. */
function namesOf({ series }: Summary, metric: string, tag: string): string {
  const counted = series
    .flatMap(({ metric: each, tags, values }) =>
      each === metric && values.kind === 'counter' && values.count > 0
        ? [{ name: tags[tag] ?? 'others', count: values.count }]
        : [],
    )
    .sort((a, b) => b.count - a.count)
  const named = counted.slice(0, MAX_NAMED).map(({ name, count }) => `${name} ${count}`)
  const rest = counted.length - named.length
  return [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')
}
