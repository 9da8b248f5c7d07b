import { join } from 'node:path'
import { pause, TARGET_CORE, type Workbench } from '../workbench.ts'
import { freePort } from './target.ts'

/** A WebSocket echo server on the target's core. */
export async function startEcho({ children }: Workbench): Promise<{ url: string; close(): Promise<void> }> {
  const port = await freePort()
  const script = join(import.meta.dirname, 'echo-process.ts')
  const child = children.spawn(TARGET_CORE, process.execPath, [script, String(port)])
  const url = `http://127.0.0.1:${port}`
  for (let i = 0; i < 100; i++) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    )
    if (isUp) break
    await pause(50)
  }
  return { url, close: () => children.end(child) }
}
