import { EventStreamParser, type ServerSentEvent } from '../../../lib/core/protocol/event-stream.ts'
import { LineSplitter } from '../../../lib/core/protocol/line-splitter.ts'
import { FlowError, type StreamItem, type StreamKind } from '../../../lib/core/scenario/flow.ts'

/** Makes items of a body as it comes. */
export interface ItemReader {
  /** Returns false, and takes nothing more, once an item is larger than allowed. */
  push(bytes: Uint8Array): boolean
  /** The body ends here. */
  end(): void
  readonly lastEventId?: string
  readonly retryMs?: number | undefined
}

interface ItemReaderOptions {
  kind: StreamKind
  maxItemBytes: number
  /** Of the connection before, where this one goes on after it. */
  lastEventId?: string
  now: () => number
  onItem: (item: StreamItem) => void
}

export function createItemReader({
  kind,
  maxItemBytes,
  lastEventId,
  now,
  onItem,
}: ItemReaderOptions): ItemReader {
  if (kind === 'events') {
    const onEvent = ({ event, data, id }: ServerSentEvent): void =>
      onItem({ event, data, id, receivedAtMs: now(), json: parseData })
    const parser = new EventStreamParser(maxItemBytes, onEvent, lastEventId)
    return Object.assign(parser, { end: () => undefined })
  }
  if (kind === 'chunks')
    return {
      push(bytes) {
        // Whoever gave them may use the buffer again.
        onItem({ data: Uint8Array.from(bytes), receivedAtMs: now(), json: parseData })
        return true
      },
      end: () => undefined,
    }
  const lines = new LineSplitter('lf', maxItemBytes)
  const onLine = (line: Uint8Array): void =>
    onItem({ data: textOf(line), receivedAtMs: now(), json: parseData })
  return {
    push: (bytes) => lines.push(bytes, onLine),
    end() {
      const rest = lines.rest()
      if (rest.length > 0) onLine(rest)
    },
  }
}

function parseData<T>(this: StreamItem): T {
  const { data } = this
  try {
    return JSON.parse(typeof data === 'string' ? data : textOf(data)) as T
  } catch {
    throw new FlowError('invalid_json', 'a part of the stream is no JSON')
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}
