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
import type { ClientOwner } from '../contract/client-owner.ts'
import type { RequestContext } from '../contract/request-context.ts'
import type { UserCookies } from '../cookies/cookie-jar.ts'
import type { HttpState } from '../http-client/http-client.ts'
import type { NamedRequest } from '../http-client/http-request.ts'
import { MeasuredRequest } from '../http-client/measured-request.ts'
import { openTcp, openWebSocket } from '../messages/user-links.ts'
import { openMcp } from '../rpc/mcp.ts'
import { openRpc } from '../rpc/open-rpc.ts'
import type { RpcTools, RpcUser } from '../rpc/rpc-tools.ts'
import { openStream } from '../stream/open-stream.ts'
import type { UserNetwork } from './preconnect.ts'
import type { ProtocolClient } from './user-services.ts'

/** The requests and sockets of one user, measured. */
export class UserClient implements ProtocolClient {
  readonly cookies: UserCookies
  readonly #tools: RpcTools
  readonly #user: ClientOwner
  readonly #connection: HttpState

  constructor(tools: RpcTools, user: ClientOwner, { cookies, connection }: UserNetwork) {
    this.#tools = tools
    this.#user = user
    this.cookies = cookies
    this.#connection = connection
  }

  interrupt(): void {
    this.#connection.interrupt()
  }

  request(
    method: string,
    path: string,
    options: RequestOptions,
    within: RequestContext,
  ): Promise<HttpResponse> {
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
    within: RequestContext,
  ): Promise<VirtualStream<StreamItem>> {
    return openStream(this.#tools, this.#holder(), { method, path, options, within })
  }

  openSocket(path: string, options: SocketOptions, within: RequestContext): Promise<VirtualSocket> {
    return openWebSocket(this.#tools, this.#holder(), path, options, within)
  }

  openTcp(address: string, options: TcpOptions, within: RequestContext): Promise<VirtualTcp> {
    return openTcp(this.#tools, this.#holder(), address, options, within)
  }

  openRpc(address: string, options: JsonRpcOptions, within: RequestContext): Promise<VirtualRpc> {
    return openRpc(this.#tools, this.#holder(), address, options, within)
  }

  openMcp(address: string, options: McpOptions, within: RequestContext): Promise<VirtualMcp> {
    return openMcp(this.#tools, this.#holder(), address, options, within)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  #holder(): RpcUser {
    return { cookies: this.cookies, signal: this.#user.signal, connection: this.#connection }
  }
}
