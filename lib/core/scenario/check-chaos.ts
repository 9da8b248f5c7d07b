import { durationMs, formatDuration } from '../base/duration.ts'
import type { Mistake } from '../base/errors.ts'
import { fieldOf } from '../base/mistake.ts'
import type { Chaos } from '../schedule/chaos.ts'
import type { ExecutorConfig } from '../schedule/executors.ts'
import type { Profile } from './profile.ts'

/** The experiments that would start when their stage is over. */
export function chaosMistakes(profileName: string, { executors }: Profile): Mistake[] {
  return executors.flatMap((executor, i) =>
    chaoticParts(executor).flatMap(({ path, chaos = [], lastsMs }) =>
      chaos.flatMap(({ after }, j): Mistake[] =>
        durationMs(after) < lastsMs
          ? []
          : [
              {
                field: fieldOf(['profiles', profileName, 'executors', i, ...path, 'chaos', j, 'after']),
                value: after,
                limit: `less than the ${formatDuration(lastsMs)} that its stage lasts`,
                next: 'start it earlier, or in a later stage',
              },
            ],
      ),
    ),
  )
}

interface ChaoticPart {
  path: PropertyKey[]
  chaos?: Chaos | undefined
  lastsMs: number
}

/** An executor without stages is a stage of its own. */
function chaoticParts(executor: ExecutorConfig): ChaoticPart[] {
  if ('stages' in executor)
    return executor.stages.map(({ chaos, duration }, i) => ({
      path: ['stages', i],
      chaos,
      lastsMs: durationMs(duration),
    }))
  const length = 'duration' in executor ? executor.duration : executor.maxDuration
  return [{ path: [], chaos: executor.chaos, lastsMs: durationMs(length) }]
}
