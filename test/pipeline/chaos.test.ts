import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXIT } from '../../lib/core/base/errors.ts'
import type { ModelTarget } from '../../lib/target/model.ts'
import { spawnModelTarget } from '../../lib/target/spawn.ts'
import { freshDirectory, readSummary, readVerdict, volley } from './volley.ts'

const REASON = 'only a deployment in AWS starts experiments'

let target: ModelTarget
let directory: string
let file: string

beforeAll(async () => {
  target = await spawnModelTarget(pathToFileURL('scenarios/codepal/target.ts').href, {
    ...{ port: 0, condition: 'healthy', seed: 1 },
  })
  directory = await freshDirectory()
  file = join(directory, 'chaotic.ts')
  await writeFile(
    file,
    `import { defineScenario } from 'volley'
export default defineScenario({
  name: 'chaotic',
  target: { url: '${target.url}' },
  flows: { only: { run: async (vu) => void (await vu.get('/', { expect: [200, 404] })) } },
  profiles: {
    calm: { executors: [{ executor: 'per-vu-iterations', users: 2, iterations: 5, maxDuration: '10s' }] },
    storm: {
      executors: [
        {
          executor: 'per-vu-iterations', users: 2, iterations: 5, maxDuration: '10s',
          chaos: [{ name: 'kill a task', template: 'EXT123', after: '2s', for: '5s' }],
        },
      ],
    },
  },
})
`,
  )
})
afterAll(() => target.close())

it('a run on this machine makes the load without its experiments, and says that this proves nothing', async () => {
  const out = join(directory, 'storm')
  const { code, stdout, stderr } = await volley('run', file, '--profile', 'storm', '--out', out)
  expect(stderr).toContain(
    'no experiment is started on this machine, so that the verdict will be inconclusive',
  )
  expect(await readSummary(out)).toMatchObject({
    experiments: [
      {
        ...{ name: 'kill a task', template: 'EXT123', stage: 'per-vu-iterations', actions: 1 },
        ...{ fromMs: 2_000, toMs: 7_000, state: 'not-started', reason: REASON },
      },
    ],
  })
  const verdict = await readVerdict(out)
  expect(verdict.iterations.count).toBe(10)
  expect(verdict.reasons).toEqual([
    `experiment kill a task of stage per-vu-iterations never started: ${REASON}`,
  ])
  expect(stdout).toContain(`experiments kill a task not started: ${REASON}`)
  expect(code).toBe(EXIT.inconclusive)
})

it('a plan tells the experiments of a run, and what they cost in the cloud', async () => {
  const { stdout } = await volley('plan', file, '--profile', 'storm')
  expect(stdout).toMatch(/^experiment \(in AWS\) +template +from +to\nkill a task +EXT123 +2s +7s$/m)
  expect(stdout).toMatch(/^FIS +1 action minutes +\$0\.10$/m)
  const calm = await volley('plan', file, '--profile', 'calm')
  expect(calm.stdout).not.toContain('experiment')
})
