import { errorAndCauseOf } from '../../functions/generator/metering/error-class.ts'
import { asUserOfItsOwn } from '../../functions/generator/user/standalone-user.ts'
import { VolleyError } from '../core/base/errors.ts'
import type { Plan } from '../core/plan/plan.ts'
import { type Setup, setupKey, setupSchema } from '../core/run/setup.ts'
import { type Lost, lostInJson } from '../core/scenario/flow/survives-json.ts'
import type { VirtualUser } from '../core/scenario/flow.ts'
import { secretsOfRun, secretsOfValue } from '../core/scenario/known-secrets.ts'
import { maskText } from '../core/secrets/mask.ts'
import type { Clock, Occasion, SnapshotStore } from '../ports.ts'
import type { LoadedScenario } from '../scenario/scenario-file.ts'
import { frameReader, stackOf } from '../user-code/user-frames.ts'
import { readMessage } from './store/message.ts'

type Part = (vu: VirtualUser) => Promise<unknown>

/** Runs a scenario's `setup` and `teardown` once for the whole run, each as a user of its own. */
export function occasionOf(plan: Plan, loaded: LoadedScenario, store: SnapshotStore, clock: Clock): Occasion {
  const { setup, teardown } = loaded.scenario as { setup?: Part; teardown?: Part }
  return {
    async setup() {
      const value = setup && (await perform('setup', setup, undefined))
      const lost = lostInJson('setup', value ?? null)
      if (lost) throw setupLost(lost)
      await store.put(setupKey(plan.run), JSON.stringify({ value } satisfies Setup))
    },
    async teardown() {
      if (!teardown) return []
      try {
        await perform('teardown', teardown, await setupValue())
        return []
      } catch (error) {
        return [(error as Error).message]
      }
    },
  }

  function setupLost({ field, value }: Lost): VolleyError {
    const limit =
      'what survives JSON: text, finite numbers, booleans, null, arrays and plain objects of these'
    return new VolleyError('SETUP_FAILED', 'setup returned what generators cannot be given', [
      { field, value, limit, next: 'return it as one of these' },
    ])
  }

  /** From the store: in the cloud, another process than this one ran the setup. */
  async function setupValue(): Promise<unknown> {
    return (await readMessage(store, setupKey(plan.run), setupSchema))?.value
  }

  async function perform(name: string, part: Part, given: unknown): Promise<unknown> {
    try {
      return await asUserOfItsOwn({ plan, loaded, clock, setup: given }, name, part)
    } catch (error) {
      const secrets = [...secretsOfRun(loaded.scenario, plan.target.url), ...secretsOfValue(given)]
      const why = maskText(errorAndCauseOf(error), secrets)
      const place = frameReader(loaded.module)(stackOf(error))[0]?.place
      const at = place === undefined ? '' : ` (${place})`
      throw new VolleyError('SETUP_FAILED', `${name} failed: ${why}${at}`, [
        {
          field: name,
          value: plan.target.url,
          limit: 'runs to its end',
          next: 'see what it asks of the target, and fix it',
        },
      ])
    }
  }
}
