import type { ArchivedRun, RunFilter } from '../../ports.ts'

/** Those of the runs that a filter asks for, the newest first. */
export function newestOf<Run extends ArchivedRun>(
  runs: readonly Run[],
  { scenario, profile, before = Number.POSITIVE_INFINITY, limit }: RunFilter,
): Run[] {
  return runs
    .filter(
      (run) =>
        run.atMs < before &&
        (scenario === undefined || run.scenario === scenario) &&
        (profile === undefined || run.profile === profile),
    )
    .sort((a, b) => b.atMs - a.atMs || (a.run < b.run ? -1 : 1))
    .slice(0, limit)
}
