import { z } from 'zod'
import type { Judged } from '../../aggregator/judge/judge.ts'
import { summarySchema } from '../core/results/summary.ts'
import { verdictSchema } from '../core/results/verdict.ts'
import type { SnapshotStore } from '../ports.ts'
import { readMessage } from './store/message.ts'

/** The one judgement of a run: its reports are written after it, and from it alone. */
const judgedKey = (run: string): string => `runs/${run}/judged/once`
const judgedSchema = z.strictObject({ summary: summarySchema, verdict: verdictSchema })

/** The judgement of a run, if anybody has made one. */
export async function findJudged(store: SnapshotStore, run: string): Promise<Judged | undefined> {
  return readMessage(store, judgedKey(run), judgedSchema)
}

/** Makes a judgement the run's, unless it has one, and returns the one that counts. */
export async function judgeOnce(store: SnapshotStore, judged: Judged): Promise<Judged> {
  const { run } = judged.verdict
  if (await store.putOnce(judgedKey(run), JSON.stringify(judged))) return judged
  return (await findJudged(store, run)) ?? judged
}
