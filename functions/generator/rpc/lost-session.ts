import type { Backoff } from '../../../lib/core/base/backoff.ts'
import type { FlowError } from '../../../lib/core/scenario/flow.ts'
import { asFlowError } from '../metering/error-class.ts'
import { reopen } from '../net/reopen.ts'
import type { HttpTransport } from './http-transport.ts'
import type { RpcEvents } from './rpc-meter.ts'
import type { RpcPeer } from './rpc-peer.ts'

interface ReturnOptions {
  peer: RpcPeer
  transport: HttpTransport
  plan: Backoff & { attempts: number }
  /** Seed of the pauses. */
  seed: number
  now: () => number
  signal: AbortSignal
  events: RpcEvents
  /** Starts a session on a transport that has none. */
  initialise: () => Promise<void>
  /** Called when there is a session again. What it throws ends the peer. */
  onReturned: () => unknown
}

/**
 * A session that the server has forgotten is followed by a new one (MCP 2025-06-18, session management, rule 4). Calls wait for it;
 * those that found the session lost have failed.
 */
export function returnFromLostSessions(options: ReturnOptions): void {
  const { peer, transport, plan, events, initialise, onReturned } = options
  let returning = false
  transport.onSessionLost = (lost) => {
    transport.forgetSession()
    if (returning) return
    returning = true
    peer.gate(startAnew(lost).finally(() => (returning = false)))
  }

  async function startAnew(lost: FlowError): Promise<void> {
    try {
      const isOver = (): boolean => !transport.open
      const { lostMs } = await reopen(plan, { ...options, lost, isOver }, () => {
        // A try that failed halfway may have left its session behind.
        transport.forgetSession()
        return initialise()
      })
      events.onReconnected(lostMs)
    } catch (error) {
      end(error)
      throw error
    }
    if (transport.open) void announce()
  }

  async function announce(): Promise<void> {
    try {
      await onReturned()
    } catch (error) {
      end(error)
    }
  }

  function end(error: unknown): void {
    const reason = asFlowError(error)
    transport.end(reason)
    peer.lost(reason, true)
  }
}
