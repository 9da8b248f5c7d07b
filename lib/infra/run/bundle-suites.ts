/** Puts every suite, ready to run on Node 24, and its data beside a function's code. Run by the bundling of functions. */
import { join } from 'node:path'
import { bundleScenario } from '../../scenario/bundle-scenario.ts'
import { suiteNames } from '../../scenario/find-scenario.ts'
import { loadScenario } from '../../scenario/scenario-file.ts'

const out = process.argv[2] as string
await Promise.all(
  suiteNames().map(async (name) => bundleScenario(await loadScenario(name), join(out, 'scenarios', name))),
)
