import { fork } from 'node:child_process'
import { type ErrorCode, VolleyError } from '../core/base/errors.ts'
import { ownModulePath } from '../package/own-files.ts'
import type { ModelTarget, ModelTargetOptions } from './model.ts'
import { type ProcessMessage, processMessageSchema } from './process-message.ts'

/** A target closes its connections within a second. */
const CLOSE_PATIENCE_MS = 3_000

const ENTRY = ownModulePath('lib/target/process')

/** Starts a model target in a process of its own. Throws what the target refused to start with. */
export async function spawnModelTarget(
  module: string,
  { port, condition, seed }: ModelTargetOptions,
): Promise<ModelTarget> {
  const flags = ['--port', port, '--condition', condition, '--seed', seed].map(String)
  // Its own process group keeps the terminal's Ctrl-C from it: it must outlive the generators.
  const child = fork(ENTRY, [module, ...flags], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    detached: process.platform !== 'win32',
  })
  // Not `close`: that event does not come where the parent has let go of the channel.
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const first = new Promise<ProcessMessage>((resolve) =>
    child.once('message', (message) => resolve(processMessageSchema.parse(message))),
  )
  const answer = await Promise.race([first, gone])
  if (!answer) throw new VolleyError('SETUP_FAILED', `the model target ${module} ended before it listened`)
  if (answer.type === 'failed')
    throw new VolleyError(answer.code as ErrorCode, answer.message, answer.mistakes)
  return {
    url: answer.url,
    async close() {
      if (child.connected) child.disconnect()
      const overdue = setTimeout(() => child.kill('SIGKILL'), CLOSE_PATIENCE_MS)
      await gone
      clearTimeout(overdue)
    },
  }
}
