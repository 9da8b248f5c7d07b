import { z } from 'zod'
import type { Fault, FaultInjector } from '../../ports.ts'
import { addressOf, type HttpCall, type HttpReply, type SignedCalls, signedCalls } from '../signed-calls.ts'

const TIMEOUT_MS = 10_000
/** Refused for good: bad input, no right, nothing there, or another use of the token. */
const FOR_GOOD: ReadonlySet<number> = new Set([400, 403, 404, 409])
const THROTTLED = /Throttling|TooManyRequests|RequestLimit/

/** The parts of AWS FIS's answers that are used; times are epoch seconds. */
const answerSchema = z.object({
  experiment: z.object({
    id: z.string(),
    state: z.object({ status: z.string(), reason: z.string().optional() }),
    startTime: z.number().optional(),
    endTime: z.number().optional(),
  }),
})
type FisExperiment = z.infer<typeof answerSchema>['experiment']

const errorSchema = z.object({
  message: z.string().optional(),
  code: z.string().optional(),
  __type: z.string().optional(),
})

/** Experiments of AWS Fault Injection Service, over its REST API: three calls are all that is needed of it. */
export class FisFaultInjector implements FaultInjector {
  readonly #endpoint: URL
  readonly #calls: SignedCalls

  constructor({ region, endpoint }: { region: string; endpoint?: string | undefined }) {
    const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
    this.#endpoint = new URL(endpoint ?? `https://fis.${region}.${suffix}`)
    this.#calls = signedCalls('fis', region, TIMEOUT_MS)
  }

  async start(template: string, token: string): Promise<{ id: string } | { refused: string }> {
    const body = JSON.stringify({ clientToken: token, experimentTemplateId: template })
    const reply = await this.#send({ method: 'POST', path: '/experiments', body })
    const refused = refusalOf(reply)
    if (refused === undefined) return { id: experimentIn(reply).id }
    if (isForGood(reply, refused)) return { refused }
    throw new Error(`FIS: ${refused}`)
  }

  async stop(id: string): Promise<void> {
    const reply = await this.#send({ method: 'DELETE', path: pathOf(id) })
    const refused = refusalOf(reply)
    if (refused === undefined) return
    // One that has ended can't be stopped any more.
    if (isForGood(reply, refused) && (await this.state(id)).state !== 'running') return
    throw new Error(`FIS: ${refused}`)
  }

  async state(id: string): Promise<Fault> {
    const reply = await this.#send({ method: 'GET', path: pathOf(id) })
    const refused = refusalOf(reply)
    if (refused !== undefined) throw new Error(`FIS: ${refused}`)
    return faultOf(experimentIn(reply))
  }

  async #send(call: HttpCall): Promise<HttpReply> {
    const url = addressOf(this.#endpoint, call)
    return this.#calls.send(url, call, await this.#calls.sign(url, call))
  }
}

function pathOf(id: string): string {
  return `/experiments/${encodeURIComponent(id)}`
}

function experimentIn({ body }: HttpReply): FisExperiment {
  return answerSchema.parse(JSON.parse(body)).experiment
}

function faultOf({ state: { status, reason }, startTime, endTime }: FisExperiment): Fault {
  return {
    state: stateOf(status),
    ...(startTime !== undefined && { startedAtMs: startTime * 1_000 }),
    ...(endTime !== undefined && { endedAtMs: endTime * 1_000 }),
    ...(reason !== undefined && { reason }),
  }
}

/** Pending, initiating and stopping ones may have begun, and have not ended. */
function stateOf(status: string): Fault['state'] {
  if (status === 'completed' || status === 'stopped' || status === 'failed') return status
  return status === 'cancelled' ? 'failed' : 'running'
}

/** What an error of AWS says; `undefined` where the reply is none. */
function refusalOf({ status, body, header }: HttpReply): string | undefined {
  if (status < 400) return undefined
  const said = errorSchema.safeParse(parseJson(body)).data ?? {}
  const name = (header('x-amzn-errortype') ?? said.code ?? said.__type ?? `status ${status}`).split(':')[0]
  return [name, said.message].filter((part) => part !== undefined && part !== '').join(': ')
}

function isForGood({ status }: HttpReply, refusal: string): boolean {
  return FOR_GOOD.has(status) && !THROTTLED.test(refusal)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
