import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Children } from './children.ts'

/** The core of what is measured, and that of the target. */
export const CLIENT_CORE = 0
export const TARGET_CORE = 1

/** What a bench needs and leaves nothing of: processes, and a directory of its own. */
export interface Workbench {
  children: Children
  directory: string
  /** Says on standard error what is going on. */
  say(text: string): void
  close(): void
}

/** Cleans up however the process ends; Ctrl-C ends it with 130. */
export function openWorkbench(): Workbench {
  const children = new Children()
  const directory = mkdtempSync(join(tmpdir(), 'volley-bench-'))
  const close = (): void => {
    children.endAll()
    rmSync(directory, { recursive: true, force: true })
  }
  process.on('exit', close)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))
  return { children, directory, say: (text) => void process.stderr.write(`${text}\n`), close }
}

export function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs))
}
