import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { pause, type Workbench } from '../workbench.ts'
import { startNginx } from './nginx.ts'
import { startPlain } from './plain.ts'

/** A server under load, on a core of its own. */
export interface Target {
  name: string
  url: string
  /** What a reader has to know of it. */
  note: string
  /** Requests it has got, as it counts them itself. */
  requests(): Promise<number>
  close(): Promise<void>
}

/** nginx where it is installed, else a server of our own. */
export async function startTarget(
  workbench: Workbench,
  options: { accessLog?: string } = {},
): Promise<Target> {
  const version = spawnSync('nginx', ['-v'], { encoding: 'utf8' })
  const target =
    version.error === undefined
      ? await startNginx(workbench, version.stderr.trim().replace('nginx version: ', ''), options)
      : await startPlain(workbench)
  await untilServing(target)
  return target
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

export async function untilServing(target: Target): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const serves = await target.requests().then(
      () => true,
      () => false,
    )
    if (serves) return
    await pause(50)
  }
  throw new Error(`${target.name} did not come up at ${target.url}`)
}
