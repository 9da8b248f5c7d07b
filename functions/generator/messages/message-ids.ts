import { malformed } from '../../../lib/core/protocol/json-rpc.ts'
import { FlowError, type LinkOptions, type MessageId } from '../../../lib/core/scenario/flow.ts'
import { messageId } from './flow-answers.ts'
import type { ReceivedMessage } from './received-message.ts'

type IdOf = LinkOptions['idOf']

/** The id of a request that has to have one. Throws `bad_request_options`. */
export function idOfRequest(data: string | Uint8Array | object, idOf: IdOf): MessageId | undefined {
  if (!idOf) return undefined
  const id = messageId(idOf(typeof data === 'string' ? parsed(data) : data))
  if (id === undefined)
    throw new FlowError('bad_request_options', 'the request has no id, and no match was given')
  return id
}

/** The id of a message that came, if it has one. Throws `malformed_message` where it is no JSON. */
export function idOfMessage(message: ReceivedMessage, idOf: IdOf): MessageId | undefined {
  if (!idOf) return undefined
  let json: unknown
  try {
    json = message.json()
  } catch {
    throw malformed('no JSON', String(message.data))
  }
  return messageId(idOf(json))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FlowError(
      'bad_request_options',
      'the request is no JSON, so it has no id, and no match was given',
    )
  }
}
