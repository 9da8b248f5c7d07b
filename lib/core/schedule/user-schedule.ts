import { firstWhere } from './bisect.ts'
import { endOf, peakOf, type Span, type Stage, stageAt } from './piecewise-linear.ts'

/** Users that come and go. Times count from the executor's own start. */
export interface UserSchedule {
  kind: 'users'
  durationMs: number
  /** Users 0 to this are all that ever live. */
  peakUsers: number
  /** One for each stage of the config (one in all where it has none), with the level in users. */
  stages: readonly Stage[]
  /**
   * How many users live: 0 to this. Spans are half open, so the instant at which a rising level passes a whole
   * number already counts the next user, and the one at which a falling level reaches it no longer does.
   */
  usersAt(atMs: number): number
  /** When a user lives, in order, never touching. */
  spansOf(user: number): Span[]
  /** Iterations after which users stop: of each, or of all together. */
  iterations?: { perUser: number } | { shared: number }
}

/** User v lives while the level is above v. */
export function userSchedule(
  stages: readonly Stage[],
  iterations?: NonNullable<UserSchedule['iterations']>,
): UserSchedule {
  return {
    kind: 'users',
    durationMs: endOf(stages),
    peakUsers: Math.ceil(peakOf(stages)),
    stages,
    usersAt: (atMs) => usersAt(stages, atMs),
    spansOf: (user) => spansOf(stages, user),
    ...(iterations && { iterations }),
  }
}

function usersAt(stages: readonly Stage[], atMs: number): number {
  const stage = stageAt(stages, atMs)
  if (!stage) return 0
  const { fromLevel, toLevel } = stage
  const always = Math.ceil(Math.min(fromLevel, toLevel))
  const ever = Math.ceil(Math.max(fromLevel, toLevel))
  return firstWhere(always, ever, (user) => {
    const { fromMs, toMs } = spanIn(stage, user)
    return !(fromMs <= atMs && atMs < toMs)
  })
}

function spansOf(stages: readonly Stage[], user: number): Span[] {
  const spans: Span[] = []
  for (const stage of stages) {
    const { fromMs, toMs } = spanIn(stage, user)
    if (fromMs >= toMs) continue
    const last = spans.at(-1)
    if (last && last.toMs === fromMs) last.toMs = toMs
    else spans.push({ fromMs, toMs })
  }
  return spans
}

/**
 * The part of a stage in which its level is above `user`, empty where there is none. Every operation on the
 * crossing is monotone, in floating point too, so a user never outlives a lower one. A level that falls to `user`
 * itself is above it until the very end: computed, that might come out just before.
 */
function spanIn({ fromMs, toMs, fromLevel, toLevel }: Stage, user: number): Span {
  if (user >= fromLevel && user >= toLevel) return { fromMs, toMs: fromMs }
  if (user < fromLevel && user <= toLevel) return { fromMs, toMs }
  const passedMs = ((user - fromLevel) * (toMs - fromMs)) / (toLevel - fromLevel)
  const crossingMs = Math.min(fromMs + passedMs, toMs)
  return toLevel > fromLevel ? { fromMs: crossingMs, toMs } : { fromMs, toMs: crossingMs }
}
