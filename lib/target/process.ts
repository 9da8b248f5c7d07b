import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { explain, VolleyError } from '../core/base/errors.ts'
import { registerModuleHooks } from '../scenario/module-hooks.ts'
import type { ModelTargetModule } from './model.ts'
import { parseProcessArguments } from './process-arguments.ts'
import type { ProcessMessage } from './process-message.ts'

const moduleSchema = z.object({
  default: z.object({
    conditions: z.array(z.string()),
    start: z.custom<ModelTargetModule['start']>((value) => typeof value === 'function'),
  }),
})

const asked = askedToClose()
try {
  const { module, ...options } = parseProcessArguments(process.argv.slice(2))
  const target = await (await load(module)).start(options)
  process.stdout.write(`${JSON.stringify({ url: target.url })}\n`)
  await tell({ type: 'listening', url: target.url })
  await asked
  await target.close()
} catch (error) {
  await fail(error instanceof VolleyError ? error : setupFailed(error as Error))
}
if (process.connected) process.disconnect()

/** Settles at SIGINT, SIGTERM, or when the process that forked this one lets go of it. */
function askedToClose(): Promise<void> {
  const { promise, resolve: ask } = Promise.withResolvers<void>()
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(event, () => ask())
  return promise
}

async function load(module: string): Promise<ModelTargetModule> {
  registerModuleHooks()
  const url = module.startsWith('file:') ? module : pathToFileURL(resolve(module)).href
  const loaded: unknown = await import(url).catch((error: Error) => {
    throw moduleInvalid(module, `cannot be loaded: ${error.message}`)
  })
  const parsed = moduleSchema.safeParse(loaded)
  if (!parsed.success) throw moduleInvalid(module, 'is no model target')
  return parsed.data.default
}

function moduleInvalid(module: string, what: string): VolleyError {
  return new VolleyError('INPUT_INVALID', `${module} ${what}`, [
    {
      field: 'module',
      value: module,
      limit: 'a module whose default export has conditions and start()',
      next: "check the path of the suite's target.ts",
    },
  ])
}

function setupFailed(error: Error): VolleyError {
  return new VolleyError('SETUP_FAILED', `the model target did not start: ${error.message}`, [], {
    cause: error,
  })
}

async function fail(error: VolleyError): Promise<void> {
  process.exitCode = error.exitCode
  process.stderr.write(`${explain(error)}\n`)
  const { code, message, mistakes } = error
  await tell({ type: 'failed', code, message, mistakes: [...mistakes] })
}

/** Sends a message to the process that forked this one, if any still listens. */
function tell(message: ProcessMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, undefined, undefined, () => resolve())
  })
}
