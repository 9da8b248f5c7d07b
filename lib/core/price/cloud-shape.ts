import { durationMs, formatDuration } from '../base/duration.ts'
import { VolleyError } from '../base/errors.ts'
import type { LoadRequest } from '../plan/make-plan.ts'
import type { Plan } from '../plan/plan.ts'
import { longestWindowMs } from '../run/relay.ts'
import { mostUsersEach } from './cloud-limits.ts'

/** Users that one generator carries unless the request says otherwise, or it has no descriptors for them. */
const USERS_PER_SLICE = 250
const MAX_SLICES = 10_000

export interface CloudShape {
  slices: number
  windowMs: number
}

/**
 * How a load is cut for Lambda: slices of 250 users, windows that end within one invocation. Throws `INPUT_INVALID`
 * for a window that no invocation can hold.
 */
export function cloudShapeOf(
  load: Pick<Plan, 'peakUsers' | 'connectionsPerUser' | 'durationMs' | 'gracefulStopMs'>,
  wish: Pick<LoadRequest, 'generators' | 'window'>,
): CloudShape {
  const usersPerSlice = Math.min(USERS_PER_SLICE, mostUsersEach(load))
  const needed = Math.max(1, Math.ceil(load.peakUsers / usersPerSlice))
  const slices = wish.generators ?? Math.min(MAX_SLICES, needed)
  const longestMs = longestWindowMs({ slices, gracefulStopMs: load.gracefulStopMs })
  const windowMs = Math.min(load.durationMs, wish.window === undefined ? longestMs : durationMs(wish.window))
  if (windowMs > 0 && windowMs <= longestMs) return { slices, windowMs }
  throw new VolleyError('INPUT_INVALID', 'the run cannot be cut for Lambda', [
    wish.window !== undefined && longestMs > 0
      ? {
          field: '--window',
          value: wish.window,
          limit: `at most ${formatDuration(longestMs)}, so that an invocation ends within its 15m`,
          next: 'choose a shorter one',
        }
      : {
          field: 'gracefulStop',
          value: formatDuration(load.gracefulStopMs),
          limit: 'short enough for a window and its graceful stop to end within 15m',
          next: "shorten the executors' gracefulStop",
        },
  ])
}
