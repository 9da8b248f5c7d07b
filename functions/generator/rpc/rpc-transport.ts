import type { MessageId } from '../../../lib/core/scenario/flow.ts'

/** What carries the messages of a JSON-RPC peer. */
export interface RpcTransport {
  readonly open: boolean
  /**
   * Sends a text with calls of these ids. Throws, or rejects, with a `FlowError` where it cannot. A transport that gets the answers
   * to each text by itself returns a promise that resolves when no more of them can come.
   */
  send(text: string, ids: readonly MessageId[], timeoutMs: number): Promise<void> | undefined
  /** Resolves where it is open, or when it is again. */
  whenOpen(timeoutMs: number): Promise<void> | undefined
  close(): Promise<void>
}
