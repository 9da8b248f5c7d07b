import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../../fixtures/merge-memory.ts', import.meta.url))
/**
 * Counts take more bytes as they grow, and every snapshot has its bit in the set of those seen: 0.1 MiB is measured.
 * If a snapshot left behind no more than 60 bytes, 10,000 of them would take this.
 */
const SLACK_BYTES = 600_000

async function retainedAfter(snapshots: number): Promise<{ retainedBytes: number; arrivals: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', SCRIPT, String(snapshots)])
  return JSON.parse(stdout)
}

it('a merge of 10,000 snapshots takes no more memory than one of 100', async () => {
  const few = await retainedAfter(100)
  const many = await retainedAfter(10_000)
  expect([few.arrivals, many.arrivals]).toEqual([1_000, 100_000])
  expect(many.retainedBytes - few.retainedBytes).toBeLessThan(SLACK_BYTES)
}, 60_000)
