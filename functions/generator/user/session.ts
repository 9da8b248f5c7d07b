import type {
  HttpResponse,
  JsonRpcOptions,
  McpOptions,
  RequestOptions,
  SocketOptions,
  StreamItem,
  StreamOptions,
  TcpOptions,
  VirtualMcp,
  VirtualRpc,
  VirtualSocket,
  VirtualStream,
  VirtualTcp,
} from '../../../lib/core/scenario/flow.ts'
import type { SessionOwner } from '../contract/session-owner.ts'
import type { Within } from '../contract/within.ts'
import type { UserCookies } from '../cookies/cookie-jar.ts'
import type { Connection } from '../http-client/http-client.ts'
import type { NamedRequest } from '../http-client/http-request.ts'
import { MeasuredRequest } from '../http-client/measured-request.ts'
import { openTcp, openWebSocket } from '../messages/user-links.ts'
import type { Recorder } from '../metering/recorder.ts'
import { openMcp } from '../rpc/mcp.ts'
import { openRpc } from '../rpc/open-rpc.ts'
import type { RpcTools, RpcUser } from '../rpc/rpc-tools.ts'
import { openStream } from '../stream/open-stream.ts'
import type { UserSession } from './user-services.ts'
import type { UserWire } from './warm-up.ts'

/** What the sessions of one generator work with. */
export interface SessionTools extends RpcTools {
  recorder: Recorder
}

/** The requests and sockets of one user, measured. */
export class HttpSession implements UserSession {
  readonly cookies: UserCookies
  readonly #tools: SessionTools
  readonly #user: SessionOwner
  readonly #connection: Connection

  constructor(tools: SessionTools, user: SessionOwner, { cookies, connection }: UserWire) {
    this.#tools = tools
    this.#user = user
    this.cookies = cookies
    this.#connection = connection
  }

  interrupt(): void {
    this.#connection.interrupt()
  }

  request(method: string, path: string, options: RequestOptions, within: Within): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const { builder, client, meter } = this.#tools
      let request: NamedRequest
      try {
        request = builder.request(method, path, options)
      } catch (error) {
        // A flow that tries it again for ever must not keep others from their turns.
        setImmediate(reject, error)
        return
      }
      const step = { name: request.name, tags: request.tags, expect: options.expect, within }
      const caller = new MeasuredRequest(meter, this.#user, step, { resolve, reject })
      client.request(this.#connection, request, caller)
    })
  }

  stream(
    method: string,
    path: string,
    options: StreamOptions,
    within: Within,
  ): Promise<VirtualStream<StreamItem>> {
    return openStream(this.#tools, this.#holder(), { method, path, options, within })
  }

  openSocket(path: string, options: SocketOptions, within: Within): Promise<VirtualSocket> {
    return openWebSocket(this.#tools, this.#holder(), path, options, within)
  }

  openTcp(address: string, options: TcpOptions, within: Within): Promise<VirtualTcp> {
    return openTcp(this.#tools, this.#holder(), address, options, within)
  }

  openRpc(address: string, options: JsonRpcOptions, within: Within): Promise<VirtualRpc> {
    return openRpc(this.#tools, this.#holder(), address, options, within)
  }

  openMcp(address: string, options: McpOptions, within: Within): Promise<VirtualMcp> {
    return openMcp(this.#tools, this.#holder(), address, options, within)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  #holder(): RpcUser {
    return { cookies: this.cookies, signal: this.#user.signal, connection: this.#connection }
  }
}
