import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SignedRequest } from '../fixtures/signature.ts'
import { metricsServer } from './metrics-server.ts'

/** The one template that there is. */
export const TEMPLATE = 'EXT123'
/** Epoch seconds. */
export const STARTED_AT = 1_700_000_000
export const ENDED_AT = 1_700_000_060

interface WireExperiment {
  id: string
  experimentTemplateId: string
  state: { status: string; reason: string }
  startTime: number
  endTime?: number
}

export interface FisServer {
  url: string
  received: SignedRequest[]
  experiments: Map<string, WireExperiment>
  /** Answers instead of the service, while it is set. */
  failure: { status: number; type?: string; message?: string } | undefined
  close(): Promise<void>
}

/** The parts of AWS FIS's REST API that are used: its paths, methods, fields and errors. */
export async function fisServer(): Promise<FisServer> {
  const experiments = new Map<string, WireExperiment>()
  const byToken = new Map<string, string>()
  const received: SignedRequest[] = []
  const server = await metricsServer(async (request, response) => {
    const body = await bodyOf(request)
    const { method = '', url = '', headers } = request
    received.push({ method, url, headers, body })
    if (fis.failure) {
      refuse(response, fis.failure)
      return
    }
    const experiment = experiments.get(/^\/experiments\/(EXP\w+)$/.exec(url)?.[1] ?? '')
    if (method === 'POST' && url === '/experiments') start(JSON.parse(body.toString()), response)
    else if (!experiment)
      refuse(response, { status: 404, type: 'ResourceNotFoundException', message: `no ${url}` })
    else if (method === 'DELETE' && experiment.endTime !== undefined)
      refuse(response, { status: 400, type: 'ValidationException', message: 'it has ended' })
    else {
      if (method === 'DELETE') {
        experiment.state = { status: 'stopped', reason: 'Experiment stopped.' }
        experiment.endTime = ENDED_AT
      }
      send(response, 200, { experiment })
    }
  })

  function start(
    input: { clientToken: string; experimentTemplateId: string },
    response: ServerResponse,
  ): void {
    if (input.experimentTemplateId !== TEMPLATE) {
      const message = `no template ${input.experimentTemplateId}`
      refuse(response, { status: 404, type: 'ResourceNotFoundException', message })
      return
    }
    const id = byToken.get(input.clientToken) ?? `EXP${experiments.size + 1}`
    byToken.set(input.clientToken, id)
    const state = { status: 'initiating', reason: 'Experiment is initiating.' }
    const fresh = { id, experimentTemplateId: TEMPLATE, state, startTime: STARTED_AT }
    const experiment = experiments.get(id) ?? fresh
    experiments.set(id, experiment)
    send(response, 200, { experiment })
  }

  const fis: FisServer = { url: server.url, received, experiments, failure: undefined, close: server.close }
  return fis
}

function refuse(
  response: ServerResponse,
  { status, type, message }: NonNullable<FisServer['failure']>,
): void {
  if (type !== undefined) response.setHeader('x-amzn-errortype', type)
  send(response, status, { ...(message !== undefined && { message }) })
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
