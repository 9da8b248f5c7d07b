import { join } from 'node:path'
import { freePort } from '../target/target.ts'
import { pause, TARGET_CORE, type Workbench } from '../workbench.ts'
import type { Log } from './target-process.ts'

export interface TruthTarget {
  url: string
  begin(): Promise<void>
  log(): Promise<Log>
  close(): Promise<void>
}

/** The target that knows the truth, as a process on a core of its own. */
export async function startTruthTarget({ children }: Workbench): Promise<TruthTarget> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const script = join(import.meta.dirname, 'target-process.ts')
  const child = children.spawn(TARGET_CORE, process.execPath, [script, String(port)])
  const begin = async (): Promise<void> => void (await fetch(`${url}/_begin`))
  for (let i = 0; ; i++) {
    const isUp = await begin().then(
      () => true,
      () => false,
    )
    if (isUp) break
    if (i === 100) throw new Error('the target did not come up')
    await pause(50)
  }
  return {
    url,
    begin,
    log: async () => (await (await fetch(`${url}/_log`)).json()) as Log,
    close: () => children.end(child),
  }
}
