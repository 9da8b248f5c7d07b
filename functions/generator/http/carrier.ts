import type { Socket } from 'node:net'

/** Carries requests over one connection, one at a time, and opens it again when it is gone. */
export interface Carrier {
  dispatch(
    request: {
      method: string
      path: string
      headers: Readonly<Record<string, string>>
      body: string | Uint8Array | null
      /** Close the connection afterwards. */
      reset: boolean
    },
    handler: CarrierHandler,
  ): boolean
  destroy(): Promise<void>
}

/** What a carrier tells about the request it carries. After an end or an error nothing more comes. */
export interface CarrierHandler {
  /** The request is about to be handed to the socket. */
  onRequestStart(controller: Controller): void
  /** First byte of an answer, informational ones included. */
  onResponseStarted(): void
  onResponseStart(
    controller: Controller,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void
  onResponseData(controller: Controller, chunk: Uint8Array): void
  onResponseEnd(): void
  onResponseError(controller: Controller | null, error: Error): void
}

export interface Controller {
  /** Closes the connection. */
  abort(reason: Error): void
}

/** Opens the connection of a carrier. */
export type Open = (
  serverName: string | undefined,
  done: (error: Error | null, socket: Socket | null) => void,
) => void

export type CreateCarrier = (origin: string, open: Open) => Carrier
