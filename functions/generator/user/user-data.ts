import type { Random } from '../../../lib/core/base/random.ts'
import type { Feeder } from '../../../lib/core/scenario/feeder.ts'
import type { DataRow } from '../../../lib/core/scenario/flow.ts'

/** The user whose rows they are. */
export interface DataUser {
  readonly id: number
  readonly random: Random
}

/** A user's way to the scenario's data: its own row of a `unique` file, a seeded draw from a `shared` one. */
export function userData(
  feeders: Record<string, Feeder>,
  rows: Record<string, readonly DataRow[]>,
  user: DataUser,
): Record<string, () => DataRow> {
  const draws = Object.entries(feeders).map(([name, { access }]) => {
    const all = rows[name] ?? []
    const draw = access === 'unique' ? () => all[user.id] as DataRow : () => user.random.pick(all)
    return [name, draw] as const
  })
  return Object.fromEntries(draws)
}
