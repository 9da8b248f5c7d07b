import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../lib/adapters/clock/system.ts'
import { LocalProcessLauncher } from '../../lib/adapters/launcher/local-process.ts'
import type { GeneratorEnd } from '../../lib/core/results/observed.ts'
import { planOf } from '../fixtures/synthetic-run.ts'
import { freshDirectory } from './volley.ts'

const plan = planOf({ slices: 2, durationMs: 500, windowMs: 500, gracefulStopMs: 0 })

/** Programs in a generator's place. `slice` is known to them when they are told to prepare. */
async function launch(onPrepare: string, onStart = '') {
  const directory = await freshDirectory()
  const entry = join(directory, 'generator.mjs')
  const text = `
    const tell = (message) => process.send(message)
    let slice
    setInterval(() => undefined, 1_000)
    process.on('message', ({ type, invocation }) => {
      if (type === 'prepare') { slice = invocation.slice; ${onPrepare} }
      else { ${onStart} }
    })`
  await writeFile(entry, text)
  const failures: GeneratorEnd[] = []
  const launcher = new LocalProcessLauncher(directory, systemClock, entry)
  const crew = launcher.launch(plan, (end) => failures.push(end))
  return { crew, failures }
}

describe('a generator that fails before the start', () => {
  it('ends the run at once, with the code and the mistakes it gave', async () => {
    const mistake = { field: 'http.tls', value: 'x', limit: 'PEM', next: 'give it' }
    const failed = { type: 'failed', error: 'no PEM', code: 'SCENARIO_INVALID', mistakes: [mistake] }
    const { crew } = await launch(`tell(slice === 1 ? ${JSON.stringify(failed)} : { type: 'ready' })`)
    await expect(crew).rejects.toMatchObject({
      code: 'SCENARIO_INVALID',
      message: 'generator 1 failed before the start: no PEM',
      mistakes: [mistake],
    })
  })

  it('ends it with the last words of a process that just went', async () => {
    const { crew } = await launch(
      `process.stderr.write('out of paper'); process.exitCode = 7; process.exit()`,
    )
    await expect(crew).rejects.toMatchObject({
      code: 'GENERATOR_FAILED',
      message: expect.stringContaining('exited with code 7: out of paper'),
    })
  })

  it('ends it, too, where all were ready and one fails while it waits for the start', async () => {
    const { crew } = await launch(
      `tell({ type: 'ready' })`,
      `if (slice === 0) tell({ type: 'failed', error: 'no user can be built' })`,
    )
    await expect(crew).rejects.toThrow('generator 0 failed before the start: no user can be built')
  })
})

describe('a generator that fails during the run', () => {
  it('is reported at once, keeps its reason although its process stays, and leaves the other one alone', async () => {
    const { crew, failures } = await launch(
      `tell({ type: 'ready' })`,
      `setTimeout(() => tell(slice === 0 ? { type: 'failed', error: 'its disk is full' } : { type: 'ended', ending: 'complete' }), slice === 0 ? 350 : 900)`,
    )
    const { ended } = await crew
    expect(await ended).toEqual([
      { slice: 0, window: 0, attempt: 0, error: 'its disk is full' },
      { slice: 1, window: 0, attempt: 0, ending: 'complete' },
    ])
    expect(failures).toEqual([{ slice: 0, window: 0, attempt: 0, error: 'its disk is full' }])
  })

  it('is ended soon after its deadline where it takes no turns any more, and the cause is named', async () => {
    const { crew, failures } = await launch(
      `tell({ type: 'ready' })`,
      `if (slice === 1) tell({ type: 'ended', ending: 'complete' }); else for (;;);`,
    )
    const startedAtMs = performance.now()
    const [blocked] = await (await crew).ended
    expect(performance.now() - startedAtMs).toBeLessThan(8_000)
    expect(blocked?.error).toMatch(
      /^hung past its deadline and was ended; it had not responded for \d s, as when a flow loops without waiting/,
    )
    expect(failures).toHaveLength(1)
  })
})
