import { join } from 'node:path'
import { TARGET_CORE, type Workbench } from '../workbench.ts'
import { freePort, type Target, untilServing } from './target.ts'

/** An echo server for WebSockets and lines over TCP on the target's core; what it counts are messages. */
export async function startEcho({ children }: Workbench): Promise<Target> {
  const port = await freePort()
  const script = join(import.meta.dirname, 'echo-process.ts')
  const child = children.spawn(TARGET_CORE, process.execPath, [script, String(port)])
  const url = `http://127.0.0.1:${port}`
  const target: Target = {
    name: 'echo server',
    url,
    note: `target: an echo of frames and lines, one process on core ${TARGET_CORE}`,
    requests: async () => Number(await (await fetch(url)).text()),
    close: () => children.end(child),
  }
  await untilServing(target)
  return target
}
