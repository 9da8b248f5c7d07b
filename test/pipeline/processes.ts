import { execFileSync } from 'node:child_process'

interface Process {
  pid: number
  parent: number
  command: string
}

function allProcesses(): Process[] {
  const listing = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return listing.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)
    return match ? [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] as string }] : []
  })
}

/** Processes that a process started, by a part of their command. */
export function childrenOf(parent: number, part: string): number[] {
  return allProcesses()
    .filter((one) => one.parent === parent && one.command.includes(part))
    .map(({ pid }) => pid)
}

export function isAlive(pid: number): boolean {
  return allProcesses().some((one) => one.pid === pid && !one.command.includes('<defunct>'))
}

/** Waits until something is so; throws where it never becomes so. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not so within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
