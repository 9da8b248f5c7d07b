import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { httpSender } from '../adapters/http-sender.ts'
import { VolleyError } from '../core/base/errors.ts'
import { pythonEnvironment } from './python-environment.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** Everything of the local cloud that is kept on disk; not under version control. */
const DIRECTORY = join(ROOT, '.cloud')
const REGION = 'us-east-1'
const UP_WITHIN_MS = 60_000
const GONE_WITHIN_MS = 5_000
const HEALTH_TIMEOUT_MS = 5_000

const send = httpSender({ keepAlive: false })

/**
 * Starts a program whose group ends with whoever holds its standard input: however that process ends, the pipe closes,
 * and nothing of the cloud outlives it.
 */
const TIED = 'exec 3<&0; (cat <&3 >/dev/null; kill -9 0) & exec "$1" </dev/null 3<&-'

export type Outputs = Record<string, string>

/** An AWS account on this machine: MiniStack, listening on loopback. */
export class LocalCloud {
  readonly url: string
  readonly #process: ChildProcess

  /** Throws `SETUP_FAILED` where it can't be installed or does not come up. */
  static async start(): Promise<LocalCloud> {
    await mkdir(DIRECTORY, { recursive: true })
    const program = await pythonEnvironment(DIRECTORY)
    const cloud = new LocalCloud(await spawnCloud(program, await freePort()))
    await cloud.#untilUp()
    return cloud
  }

  private constructor({ process, url }: { process: ChildProcess; url: string }) {
    this.#process = process
    this.url = url
  }

  /** Leads the process group that all of its functions are in. */
  get pid(): number {
    return this.#process.pid as number
  }

  /** What a client of this cloud has to have in its environment. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_ACCESS_KEY_ID: '000000000000',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
    }
  }

  /** A genuine `cdk bootstrap` and `cdk deploy`; returns the stack's outputs. */
  async deploy(context: Record<string, string> = {}): Promise<Outputs> {
    const outputs = join(DIRECTORY, 'outputs.json')
    const settings = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const out = ['--output', join(DIRECTORY, 'cdk.out')]
    await rm(outputs, { force: true })
    await this.#cdk('bootstrap', ...settings, ...out)
    await this.#cdk('deploy', '--require-approval', 'never', '--outputs-file', outputs, ...settings, ...out)
    const [stack] = Object.values(JSON.parse(await readFile(outputs, 'utf8')) as Record<string, Outputs>)
    if (!stack) throw new VolleyError('SETUP_FAILED', 'the deployment has no outputs')
    return stack
  }

  /** Ends the cloud and every function that runs in it. */
  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    signalGroup(this.#process, 'SIGTERM')
    await Promise.race([gone, sleep(GONE_WITHIN_MS)])
    signalGroup(this.#process, 'SIGKILL')
  }

  async #untilUp(): Promise<void> {
    const giveUpAtMs = performance.now() + UP_WITHIN_MS
    while (performance.now() < giveUpAtMs && this.#process.exitCode === null) {
      if (await isUp(this.url)) return
      await sleep(100)
    }
    await this.stop()
    throw new VolleyError('SETUP_FAILED', `the local cloud did not come up: see ${logFile()}`)
  }

  async #cdk(...args: string[]): Promise<void> {
    const cdk = join(ROOT, 'node_modules/aws-cdk/bin/cdk')
    const child = spawn(process.execPath, [cdk, ...args, '--ci', '--no-notices'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...inherited(), ...this.environment, CDK_DISABLE_CLI_TELEMETRY: 'true' },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk
      })
    const code = await new Promise((resolve) => child.once('close', resolve))
    if (code !== 0) throw new VolleyError('SETUP_FAILED', `cdk ${args[0]} failed:\n${said}`)
  }
}

async function spawnCloud(program: string, port: number): Promise<{ process: ChildProcess; url: string }> {
  const log = await open(logFile(), 'w')
  const child = spawn('sh', ['-c', TIED, 'sh', program], {
    cwd: DIRECTORY,
    stdio: ['pipe', log.fd, log.fd],
    // A group of its own: its functions are its children and end with it.
    detached: true,
    env: {
      ...inherited(),
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LAMBDA_EXECUTOR: 'local',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      NODE_PATH: join(ROOT, 'node_modules'),
    },
  })
  child.on('error', () => undefined)
  await log.close()
  return { process: child, url: `http://127.0.0.1:${port}` }
}

/** The functions run on the Node that runs this. */
function inherited(): NodeJS.ProcessEnv {
  // biome-ignore lint/style/noProcessEnv: what it starts needs the user's PATH and home
  const variables = process.env
  return { ...variables, PATH: `${dirname(process.execPath)}:${variables.PATH}` }
}

async function isUp(url: string): Promise<boolean> {
  return send({ method: 'GET', url: new URL('/_ministack/health', url), timeoutMs: HEALTH_TIMEOUT_MS }).then(
    ({ status }) => status === 200,
    () => false,
  )
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Nobody is left in it.
  }
}

function logFile(): string {
  return join(DIRECTORY, 'ministack.log')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
