import { verdictKey } from '../core/results/verdict.ts'
import type { AggregatorEvent } from '../core/run/aggregator-event.ts'
import { startKey, startSchema } from '../core/run/relay.ts'
import type { Stop } from '../core/run/stop.ts'
import type { FaultInjector, SnapshotStore } from '../ports.ts'
import { stopExperiments } from './experiments.ts'
import { requestStop } from './store/stop.ts'

interface StopPorts {
  store: SnapshotStore
  injector: FaultInjector
  /** Has the aggregator judge a run; nobody waits until it has. */
  judge: (event: AggregatorEvent) => Promise<void>
}

/**
 * Ends load and experiments of a run whose execution has ended with a status of Step Functions, and has it judged where
 * it has no verdict.
 */
export async function stopRun(run: string, status: string, ports: StopPorts): Promise<void> {
  const { store, judge } = ports
  const start = await store.get(startKey(run))
  // Refused before there was anything to stop.
  if (!start) return
  // An execution that ends with a verdict has no load left, and STOP would tell those who judge it again a lie.
  if (!(await store.get(verdictKey(run)))) {
    await requestStop(store, run, stopBy(status))
    await judge({ action: 'judge', run, ...startSchema.parse(JSON.parse(new TextDecoder().decode(start))) })
  }
  // After STOP: what a watch that still runs may start now, it ends itself.
  await stopExperiments(run, ports)
}

function stopBy(status: string): Stop {
  if (status === 'ABORTED') return { by: 'user', reason: 'its execution was stopped' }
  return { by: 'infrastructure', reason: `its execution ended as ${status}` }
}
