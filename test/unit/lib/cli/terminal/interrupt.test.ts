import { afterEach, describe, expect, it } from 'vitest'
import { onInterrupt } from '../../../../../lib/cli/terminal/interrupt.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]))

/** Calls the listeners that were added since, as the signal would. */
function arrives(signal: (typeof SIGNALS)[number]): void {
  for (const listener of process.listeners(signal))
    if (!before.get(signal)?.includes(listener)) listener(signal)
}

afterEach(() => {
  for (const signal of SIGNALS)
    for (const listener of process.listeners(signal))
      if (!before.get(signal)?.includes(listener)) process.off(signal, listener)
})

describe('what interrupts a command', () => {
  it.each([
    ['SIGINT', 'Ctrl-C'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGHUP', 'SIGHUP, as its terminal was closed'],
  ] as const)('is called what it was: %s', (signal, name) => {
    const said: string[] = []
    const interrupt = onInterrupt(
      async (by) => void said.push(by),
      () => said.push('left'),
    )
    expect(interrupt.happened()).toBe(false)
    arrives(signal)
    // The same press reaches every process of the group.
    arrives(signal)
    expect(said).toEqual([name])
    expect(interrupt.happened()).toBe(true)
  })
})
