import type { CallsUnderWay } from '../time/calls-under-way.ts'

/** Whose session it is: a user who may be cut off in whatever it does. */
export interface SessionOwner {
  readonly id: number
  /** The step it asked for last, empty where its iteration has asked for none yet. */
  lastStep: string
  readonly interrupted: boolean
  /** Made when it is asked for: few need it. */
  readonly signal: AbortSignal
  readonly calls: CallsUnderWay
}
