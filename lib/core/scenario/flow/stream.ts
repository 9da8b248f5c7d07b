import type { ServerSentEvent } from '../../protocol/event-stream.ts'
import type { RequestOptions } from './http.ts'
import type { MessageOptions, SocketMessage } from './message.ts'

/** Server-sent events; lines of text; or the body as it comes, piece by piece. */
export type StreamKind = 'events' | 'lines' | 'chunks'

export interface StreamEvent extends SocketMessage, ServerSentEvent {
  readonly data: string
}
export interface StreamLine extends SocketMessage {
  readonly data: string
}
export interface StreamChunk extends SocketMessage {
  readonly data: Uint8Array
}

interface StreamItems {
  events: StreamEvent
  lines: StreamLine
  chunks: StreamChunk
}
export type StreamItem<Kind extends StreamKind = StreamKind> = StreamItems[Kind]

/** A request whose answer is read while it comes. */
export interface StreamOptions<Kind extends StreamKind = StreamKind>
  extends Omit<RequestOptions, 'timeout' | 'tags' | 'name'>,
    MessageOptions {
  /** What the answer is made of. Default `events`. */
  as?: Kind
}

/**
 * The answer to one request, read while it comes. It is closed with its iteration at the latest; reading it to its end
 * instead keeps the connection for the next request.
 */
export interface VirtualStream<Item extends SocketMessage = StreamEvent> extends AsyncIterable<Item> {
  /** 0 where there was no answer. */
  readonly status: number
  /** Lower-case names, of the first answer. */
  readonly headers: Readonly<Record<string, string>>
  /** It was answered with an expected status and a body of the kind that was asked for. */
  readonly ok: boolean
  /** Why it is not `ok`, or why it broke. */
  readonly error?: string
  /** More may come. */
  readonly open: boolean
  /** The last id that the stream gave, with data or without. */
  readonly lastEventId: string
  /**
   * The next item, `undefined` at the end. Throws a `FlowError`: of class `stream_timeout`, `stream_refused` where the stream
   * is not `ok`, or why it broke.
   */
  next(options?: { timeout?: string }): Promise<Item | undefined>
  close(): Promise<void>
}
