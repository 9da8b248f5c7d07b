import { join } from 'node:path'
import { TARGET_CORE, type Workbench } from '../workbench.ts'
import { freePort, type Target } from './target.ts'

/** The stand-in for nginx: slower, so that what the fast clients reach is its limit and not theirs. */
export async function startPlain({ children }: Workbench): Promise<Target> {
  const port = await freePort()
  const script = join(import.meta.dirname, 'plain-process.ts')
  const child = children.spawn(TARGET_CORE, process.execPath, [script, String(port)])
  const url = `http://127.0.0.1:${port}`
  return {
    name: 'node:http',
    url,
    note: 'target: a server on node:http, because nginx is not here (apt-get install nginx): it holds fast clients back',
    requests: async () => Number(await (await fetch(`${url}/_status`)).text()),
    close: () => children.end(child),
  }
}
