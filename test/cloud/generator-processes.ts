import { readdir, readFile, readlink } from 'node:fs/promises'
import { inject } from 'vitest'
import { until } from '../pipeline/processes.ts'

/** The local cloud leads the group that its functions are in. */
const group = inject('cloudProcess')
const GENERATOR = /\0?AWS_LAMBDA_FUNCTION_NAME=[^\0]*FunctionsGenerator/
const ESTABLISHED = '01'
/** How many connections a generator has open at a moment is up to chance. */
const WITHIN_MS = 30_000

/** The generators that hold connections to a port of this machine now: those at work. */
export async function generatorsAt(targetUrl: string): Promise<number[]> {
  let found: number[] = []
  await until(async () => {
    found = await holdersOf(targetUrl)
    return found.length > 0
  }, WITHIN_MS)
  return found
}

async function holdersOf(targetUrl: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
  const generators = (
    await Promise.all(pids.map(async (pid) => ((await isGenerator(pid)) ? [pid] : [])))
  ).flat()
  const sockets = await socketsTo(Number(new URL(targetUrl).port))
  const holding = await Promise.all(generators.map((pid) => holds(pid, sockets)))
  return generators.filter((_, i) => holding[i]).map(Number)
}

/** What ended meanwhile, or is somebody else's, is none. */
async function isGenerator(pid: string): Promise<boolean> {
  try {
    const [, , processGroup] = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ')
    return Number(processGroup) === group && GENERATOR.test(await readFile(`/proc/${pid}/environ`, 'utf8'))
  } catch {
    return false
  }
}

/** Inodes of the sockets that are connected to a port, as file descriptors name them. */
async function socketsTo(port: number): Promise<Set<string>> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((row) => row.trim().split(/\s+/))
  const connected = rows.filter(([, , remote, state]) => remote?.endsWith(`:${hex}`) && state === ESTABLISHED)
  return new Set(connected.map((row) => `socket:[${row[9]}]`))
}

async function holds(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const links = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
  return links.some((link) => sockets.has(link))
}
