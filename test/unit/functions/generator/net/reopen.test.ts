import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { reopen } from '../../../../../functions/generator/net/reopen.ts'

const PLAN = { attempts: 4, firstMs: 100, longestMs: 300, jitter: 0 }
/** When the tries are made without chance. */
const LATEST = [100, 300, 600, 900]
const LOST = new Error('lost')

let over: boolean
const abort = new AbortController()

beforeEach(() => {
  over = false
  vi.useFakeTimers()
})
afterEach(() => void vi.useRealTimers())

/** When each try is made, from the loss; the tries fail until the given one. */
async function triesOf(
  seed: number,
  jitter: number,
  opensAt: number,
): Promise<{ tries: number[]; end: unknown }> {
  const startedAtMs = Date.now()
  const tries: number[] = []
  const tools = { lost: LOST, seed, now: Date.now, signal: abort.signal, isOver: () => over }
  const reopened = reopen({ ...PLAN, jitter }, tools, async () => {
    tries.push(Date.now() - startedAtMs)
    if (tries.length < opensAt) throw new Error(`try ${tries.length}`)
    return 'open'
  }).catch((error: Error) => error.message)
  await vi.advanceTimersByTimeAsync(10_000)
  return { tries, end: await reopened }
}

describe('opening what was lost', () => {
  it('waits twice as long before each try, up to the longest pause', async () => {
    expect(await triesOf(1, 0, 4)).toEqual({
      tries: [100, 300, 600, 900],
      end: { opened: 'open', lostMs: 900 },
    })
  })

  it('is given up after the last try, with why that failed', async () => {
    expect(await triesOf(1, 0, 9)).toEqual({ tries: [100, 300, 600, 900], end: 'try 4' })
  })

  it('has the same pauses for the same seed, and others for another', async () => {
    const { tries } = await triesOf(1, 0.5, 9)
    expect((await triesOf(1, 0.5, 9)).tries).toEqual(tries)
    expect((await triesOf(2, 0.5, 9)).tries).not.toEqual(tries)
    expect(tries.every((atMs, i) => atMs <= (LATEST[i] ?? 0) && atMs >= (LATEST[i] ?? 0) / 2)).toBe(true)
  })

  it('stops where it is over meanwhile', async () => {
    setTimeout(() => {
      over = true
    }, 150)
    expect(await triesOf(1, 0, 9)).toEqual({ tries: [100], end: 'lost' })
  })

  it('stops at once when it is interrupted, and lets go of the signal', async () => {
    setTimeout(() => abort.abort(), 150)
    expect(await triesOf(1, 0, 9)).toEqual({ tries: [100], end: 'lost' })
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  })
})
