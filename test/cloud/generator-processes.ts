import { readdir, readFile, readlink } from 'node:fs/promises'
import { inject } from 'vitest'

/** The local cloud leads the group that its functions are in. */
const group = inject('cloudProcess')
const ESTABLISHED = '01'
const LOOKS = 60
const LOOK_EVERY_MS = 100

/** The processes of the local cloud that hold connections to a port of this machine: generators at work. */
export async function generatorsAt(targetUrl: string): Promise<number[]> {
  // How many connections one has open at a moment is up to chance.
  for (let look = 0; look < LOOKS; look++) {
    const found = await holdersOf(targetUrl)
    if (found.length > 0) return found
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  throw new Error(`no generator was found at ${targetUrl}`)
}

async function holdersOf(targetUrl: string): Promise<number[]> {
  const sockets = await socketsTo(Number(new URL(targetUrl).port))
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
  const holding = await Promise.all(pids.map((pid) => holds(pid, sockets)))
  return pids.filter((_, i) => holding[i]).map(Number)
}

/** Inodes of the sockets that are connected to a port, as file descriptors name them. */
async function socketsTo(port: number): Promise<Set<string>> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((row) => row.trim().split(/\s+/))
  const connected = rows.filter(([, , remote, state]) => remote?.endsWith(`:${hex}`) && state === ESTABLISHED)
  return new Set(connected.map((row) => `socket:[${row[9]}]`))
}

async function holds(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  try {
    const [, , processGroup] = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ')
    if (Number(processGroup) !== group) return false
    const descriptors = await readdir(`/proc/${pid}/fd`)
    const links = await Promise.all(
      descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
    )
    // The watch asks the target for its metrics over a connection or two; a generator has more.
    return links.filter((link) => sockets.has(link)).length > 2
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return false
  }
}
