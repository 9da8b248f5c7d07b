import type { SnapshotStore } from '../../lib/ports.ts'
import type { Judged } from '../judge/judge.ts'
import { REPORTS } from './report.ts'

/** Writes all files of a judged run beside its snapshots, and returns their names. */
export async function writeReports(store: SnapshotStore, { verdict, summary }: Judged): Promise<string[]> {
  for (const [file, render] of Object.entries(REPORTS))
    await store.put(`runs/${verdict.run}/${file}`, render(verdict, summary))
  return Object.keys(REPORTS)
}
