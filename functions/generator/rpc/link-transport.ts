import type { MessageLink } from '../messages/message-link.ts'
import type { RpcTransport } from './rpc-transport.ts'

/** Each text is a message of a WebSocket or of a TCP connection. */
export class LinkTransport implements RpcTransport {
  readonly #link: MessageLink

  constructor(link: MessageLink) {
    this.#link = link
  }

  get open(): boolean {
    return this.#link.open
  }

  send(text: string): undefined {
    this.#link.send(text)
  }

  whenOpen(timeoutMs: number): Promise<void> | undefined {
    return this.#link.reopening ? this.#link.whenOpen(timeoutMs) : undefined
  }

  close(): Promise<void> {
    return this.#link.close()
  }
}
