import { join } from 'node:path'
import { outputOf } from '../children.ts'
import type { Part } from '../part.ts'
import { figure } from '../section.ts'
import { CLIENT_CORE } from '../workbench.ts'
import type { Merged } from './merge-process.ts'

const SIZES = [10, 100, 1_000, 10_000]
/** 1,000 generators for an hour at 10 s: as many snapshots, each with 20 histograms. */
const GOAL_SNAPSHOTS = 360_000

/** The final merge: whether it stays linear in snapshots and flat in memory. */
export const merge: Part = {
  name: 'merge',
  async run({ children, say }) {
    const results: Merged[] = []
    for (const size of SIZES) {
      say(`merge: ${size} snapshots`)
      const child = children.spawn(
        CLIENT_CORE,
        process.execPath,
        ['--expose-gc', join(import.meta.dirname, 'merge-process.ts'), String(size)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      const { code, text } = await outputOf(child)
      if (code !== 0) throw new Error(`merging ${size} snapshots ended with ${code}`)
      results.push(JSON.parse(text))
    }
    const each = (results.at(-1)?.msPerSnapshot ?? Number.NaN) / 1_000
    return {
      title: 'Merge: snapshots with 20 histograms each',
      columns: [
        'snapshots',
        'ms a snapshot',
        'µs a histogram',
        'KB a snapshot',
        'resident MB',
        'retained MB',
      ],
      rows: results.map((one) => [
        figure(one.snapshots),
        figure(one.msPerSnapshot),
        figure((one.msPerSnapshot * 1_000) / one.histograms),
        figure(one.bytes / 1_024),
        figure(one.rssBytes / 2 ** 20),
        figure(one.retainedBytes / 2 ** 20),
      ]),
      notes: [
        'from stored bytes to the summary, on one core; 1,000 slices, 400 samples a histogram, 10 s intervals',
        `at that pace, an hour of 1,000 generators (7.2 million histograms) takes ${figure((each * GOAL_SNAPSHOTS) / 60)} minutes`,
      ],
      raw: results,
    }
  },
}
