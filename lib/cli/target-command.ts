import { once } from 'node:events'
import { EXIT, VolleyError } from '../core/base/errors.ts'
import { loadScenario, modelModule } from '../scenario/scenario-file.ts'
import { spawnModelTarget } from '../target/spawn.ts'
import type { Terminal } from './terminal/terminal.ts'

interface TargetFlags {
  port: string
  condition: string
  seed: string
}

/** Runs a suite's model target until it is told to end. */
export async function targetCommand(name: string, flags: TargetFlags, terminal: Terminal): Promise<number> {
  const { scenario, module } = await loadScenario(name)
  if (scenario.target.model === undefined)
    throw new VolleyError('INPUT_INVALID', `${scenario.name} has no model target`, [
      {
        field: 'target.model',
        value: 'not given',
        limit: 'a module beside the scenario',
        next: 'add target.model',
      },
    ])
  const [port, seed] = numbersOf(flags)
  const target = await spawnModelTarget(modelModule(module, scenario.target.model), {
    port,
    condition: flags.condition,
    seed,
  })
  terminal.out(`${scenario.name} (${flags.condition}) listens at ${target.url}; Ctrl-C ends it`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await target.close()
  return EXIT.ok
}

const LIMITS = { port: 65_535, seed: 4_294_967_295 }

function numbersOf(flags: TargetFlags): [port: number, seed: number] {
  const mistakes = (['port', 'seed'] as const)
    .filter((name) => !(/^\d+$/.test(flags[name]) && Number(flags[name]) <= LIMITS[name]))
    .map((name) => ({
      field: `--${name}`,
      value: flags[name],
      limit: `a whole number from 0 to ${LIMITS[name]}`,
      next: 'change it',
    }))
  if (mistakes.length > 0) throw new VolleyError('INPUT_INVALID', 'the model target cannot start', mistakes)
  return [Number(flags.port), Number(flags.seed)]
}
