import type { Plan } from '../../lib/core/plan/plan.ts'
import type { RunRequest } from '../../lib/core/run/run-request.ts'
import type { Clock, RunStarter, SnapshotStore } from '../../lib/ports.ts'

export interface ApiPorts {
  store: SnapshotStore
  starter: RunStarter
  clock: Pick<Clock, 'now'>
  /** Plans as the execution will, and writes nothing. Throws all that is wrong with a request, its price included. */
  plan(request: RunRequest, run: string): Promise<Plan>
  /** The same at any price. */
  planAtAnyPrice(request: RunRequest, run: string): Promise<Plan>
}
