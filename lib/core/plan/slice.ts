import type { ArrivalSchedule, Schedule, Span, UserSchedule } from '../schedule/executors.ts'
import type { Plan } from './plan.ts'

/** Which part of a run one slice makes: everything whose number is `slice` modulo `slices`. */
export interface Share {
  slice: number
  slices: number
}

export function belongsTo(index: number, { slice, slices }: Share): boolean {
  return index % slices === slice
}

export function sharesOf(slices: number): Share[] {
  return Array.from({ length: slices }, (_, slice) => ({ slice, slices }))
}

/** The lives of a slice's users, by the time they start; those of a window where one is given. */
export function sliceUsers(
  schedule: UserSchedule,
  { slice, slices }: Share,
  window: Span = whole(schedule),
): { user: number; span: Span }[] {
  const lives: { user: number; span: Span }[] = []
  for (let user = slice; user < schedule.peakUsers; user += slices)
    for (const span of activeIn(schedule.spansOf(user), window)) lives.push({ user, span })
  return lives.sort((a, b) => a.span.fromMs - b.span.fromMs)
}

/** A slice's arrivals in order; those of a window where one is given, without walking through what comes before. */
export function* sliceArrivals(
  schedule: ArrivalSchedule,
  { slice, slices }: Share,
  window: Span = whole(schedule),
): Generator<{ iteration: number; atMs: number }, void> {
  const first = schedule.countBefore(window.fromMs)
  const ahead = (slice - (first % slices) + slices) % slices
  for (let iteration = first + ahead; iteration < schedule.count; iteration += slices) {
    const atMs = schedule.arrivalAt(iteration)
    if (atMs >= window.toMs) return
    yield { iteration, atMs }
  }
}

/** How many iterations a slice owns of an executor that counts them; 0 of others. A slice without users owns none. */
export function sliceIterations({ iterations, peakUsers }: UserSchedule, share: Share): number {
  if (iterations === undefined) return 0
  if ('perUser' in iterations) return iterations.perUser * countOf(peakUsers, share)
  return countOf(iterations.shared, { ...share, slices: Math.min(share.slices, peakUsers) })
}

/** How many of the numbers below `end` are a slice's. */
function countOf(end: number, { slice, slices }: Share): number {
  return slice < slices ? Math.max(0, Math.ceil((end - slice) / slices)) : 0
}

/**
 * Cuts a slice's schedule into windows of at most `windowMs`. Where there are several, the first lasts between
 * half of it and the whole, evenly over the slices in whole milliseconds: as long as half a window has one for
 * each slice, no two slices hand over at the same time.
 */
export function windowsOf(
  { durationMs, windowMs, slices }: Pick<Plan, 'durationMs' | 'windowMs' | 'slices'>,
  slice: number,
): Span[] {
  if (durationMs <= windowMs) return [{ fromMs: 0, toMs: durationMs }]
  const firstMs = Math.ceil((windowMs / 2) * (1 + slice / slices))
  const windows: Span[] = [{ fromMs: 0, toMs: firstMs }]
  for (let fromMs = firstMs; fromMs < durationMs; fromMs += windowMs)
    windows.push({ fromMs, toMs: Math.min(fromMs + windowMs, durationMs) })
  return windows
}

/** What of some spans falls into a window. */
export function activeIn(spans: readonly Span[], window: Span): Span[] {
  return spans
    .map(({ fromMs, toMs }) => ({
      fromMs: Math.max(fromMs, window.fromMs),
      toMs: Math.min(toMs, window.toMs),
    }))
    .filter(({ fromMs, toMs }) => fromMs < toMs)
}

function whole({ durationMs }: Schedule): Span {
  return { fromMs: 0, toMs: durationMs }
}
