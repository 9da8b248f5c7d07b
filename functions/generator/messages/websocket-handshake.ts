import { hash, randomBytes } from 'node:crypto'
import { isHeaderValue, isToken } from '../../../lib/core/scenario/flow/header-rules.ts'
import { FlowError } from '../../../lib/core/scenario/flow.ts'
import { checkHeadSize, findHeadEnd, ParsedHead, SWITCHING_PROTOCOLS } from '../http1/parsed-head.ts'
import { HeldBytes } from '../net/held-bytes.ts'

/** Makes an answer to the upgrade one to this very request (RFC 6455 section 1.3). */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export interface HandshakeOptions {
  url: URL
  headers: Readonly<Record<string, string>>
  protocols: readonly string[]
  /** Gets what an answer sets, also one that refuses: one `set-cookie` a line. */
  onSetCookie: (setCookie: string) => void
}

/** The request that makes a connection a WebSocket, and the answer to it. */
export class Handshake {
  /** The request as it is sent, one character for each byte. */
  readonly request: string
  readonly #key = randomBytes(16).toString('base64')
  readonly #protocols: readonly string[]
  readonly #onSetCookie: (setCookie: string) => void
  /** The one that the server chose, empty where none was offered. */
  protocol = ''
  #held: HeldBytes | undefined

  /** Throws where the headers or the protocols cannot be sent. */
  constructor({ url, headers, protocols, onSetCookie }: HandshakeOptions) {
    if (!protocols.every(isToken) || new Set(protocols).size < protocols.length)
      throw new FlowError('bad_request_options', `protocols are ${protocols.join(', ')}: tokens, each once`)
    this.#protocols = protocols
    this.#onSetCookie = onSetCookie
    const all = {
      host: url.host,
      ...headers,
      'sec-websocket-version': '13',
      'sec-websocket-key': this.#key,
      connection: 'Upgrade',
      upgrade: 'websocket',
      ...(protocols.length > 0 && { 'sec-websocket-protocol': protocols.join(',') }),
    }
    const lines = Object.entries(all).flatMap(([name, value]) => linesOf(name, value))
    this.request = `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`
  }

  /** Bytes of an answer have come. */
  get answering(): boolean {
    return this.#held !== undefined
  }

  /**
   * Takes the bytes up to `end`, which may be overwritten afterwards. Returns where in them the answer ends, `undefined` where more
   * of it has to come. Throws a `FlowError`: `ws_refused` where it opens no WebSocket.
   */
  read(bytes: Buffer, end: number): number | undefined {
    const before = this.#held?.length ?? 0
    this.#held ??= new HeldBytes()
    this.#held.add(bytes, 0, end)
    const { bytes: all, length } = this.#held
    for (let start = 0; ; ) {
      const headEnd = findHeadEnd(all, start, Math.max(start, before), length)
      checkHeadSize(headEnd === -1 ? length : headEnd)
      if (headEnd === -1) return undefined
      const head = new ParsedHead(all, start, headEnd)
      const isLast = head.status >= 200 || head.status === SWITCHING_PROTOCOLS
      const setCookie = isLast ? head.value('set-cookie') : undefined
      if (setCookie !== undefined) this.#onSetCookie(setCookie)
      if (head.status >= 200) throw refused(`answered ${head.status} instead of opening a WebSocket`)
      if (head.status === SWITCHING_PROTOCOLS) {
        this.#check(head)
        return headEnd - before
      }
      // Informational answers are passed over.
      start = headEnd
    }
  }

  #check(head: ParsedHead): void {
    const options = (head.value('connection') ?? '').toLowerCase().split(',')
    if (
      head.value('upgrade')?.toLowerCase() !== 'websocket' ||
      !options.some((one) => one.trim() === 'upgrade')
    )
      throw refused('upgraded to something else than a WebSocket')
    if (head.value('sec-websocket-accept') !== hash('sha1', this.#key + ACCEPT_SUFFIX, 'base64'))
      throw refused('answered somebody else’s request for a WebSocket')
    if (head.value('sec-websocket-extensions') !== undefined)
      throw refused('chose an extension nobody offered')
    const protocol = head.value('sec-websocket-protocol')
    if (protocol === undefined ? this.#protocols.length > 0 : !this.#protocols.includes(protocol))
      throw refused(
        `chose the protocol ${protocol ?? 'none'}, offered: ${this.#protocols.join(', ') || 'none'}`,
      )
    this.protocol = protocol ?? ''
  }
}

/** A line break stands between the values of a header that is repeated. */
function linesOf(name: string, value: string): string[] {
  return value.split('\n').map((each) => {
    if (!isToken(name) || !isHeaderValue(each))
      throw new FlowError('bad_request_options', `the header ${name} cannot be sent`)
    return `${name}: ${each}\r\n`
  })
}

function refused(what: string): FlowError {
  return new FlowError('ws_refused', what)
}
