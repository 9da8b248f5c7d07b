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

export interface TargetOptions {
  accessLog?: string
  /** It speaks TLS at its `url`. */
  secure?: { http2: boolean }
}

/** nginx where it is installed, else a server of our own, which speaks no TLS. */
export async function startTarget(workbench: Workbench, options: TargetOptions = {}): Promise<Target> {
  const version = versionOfNginx()
  if (version === undefined && options.secure) throw new Error(NO_NGINX)
  const target =
    version === undefined ? await startPlain(workbench) : await startNginx(workbench, version, options)
  await untilServing(target)
  return target
}

export const NO_NGINX = 'nginx is not on the path: apt-get install nginx'

export function versionOfNginx(): string | undefined {
  const version = spawnSync('nginx', ['-v'], { encoding: 'utf8' })
  return version.error === undefined ? version.stderr.trim().replace('nginx version: ', '') : undefined
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
