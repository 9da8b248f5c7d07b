import type { ChildProcess } from 'node:child_process'
import type { Workbench } from '../workbench.ts'

/** Another load generator, ready to run the journey until it is ended. */
export interface Peer {
  name: string
  /** Version as installed, or why it is not here. */
  version: string
  start(workbench: Workbench, url: string): ChildProcess
}

export type Found = Peer | { name: string; missing: string }

/** Users of every client: connections, too. */
export const USERS = 64
/** Longer than any measurement: they are ended, not waited for. */
export const LONG_SECONDS = 120
