import { describe, expect, it } from 'vitest'
import { scheduledRunName, scheduledSchema } from '../../../../functions/schedule/scheduled.ts'
import { runIdSchema } from '../../../../lib/core/run/run-request.ts'
import { schedulesSchema } from '../../../../lib/infra/settings/schedule-settings.ts'

const run = { scenario: 'codepal' }

describe('a run that starts by the clock', () => {
  it('is named by its schedule and the time it was due, so that every delivery means the same run', () => {
    const name = (scheduledAt: string): string => scheduledRunName({ schedule: 'nightly', scheduledAt, run })
    expect(name('2026-03-22T03:00:00Z')).toBe('nightly-20260322-030000')
    expect(name('2026-03-23T03:00:00Z')).not.toBe(name('2026-03-22T03:00:00Z'))
  })

  it('has a name that a run may have, however long that of its schedule is', () => {
    const schedule = 'n'.repeat(64)
    const cron = '0 3 * * ? *'
    const longer = schedulesSchema.safeParse([{ name: `${schedule}n`, cron, run }])
    expect([schedulesSchema.safeParse([{ name: schedule, cron, run }]).success, longer.success]).toEqual([
      true,
      false,
    ])
    const name = scheduledRunName({ schedule, scheduledAt: '2026-03-22T03:00:00Z', run })
    expect(runIdSchema.safeParse(name).success).toBe(true)
  })

  it('is refused where the time is missing: EventBridge puts it there', () => {
    const sent = { schedule: 'nightly', scheduledAt: '<aws.scheduler.scheduled-time>', run }
    expect(scheduledSchema.safeParse(sent).success).toBe(false)
  })
})
