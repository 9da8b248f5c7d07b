import type { CallsInFlight } from '../time/calls-in-flight.ts'

/** Whose session it is: a user who may be cut off in whatever it does. */
export interface ClientOwner {
  readonly id: number
  /** The step it asked for last, empty where its iteration has asked for none yet. */
  lastStep: string
  readonly interrupted: boolean
  /** Made when it is asked for: few need it. */
  readonly signal: AbortSignal
  readonly calls: CallsInFlight
}
