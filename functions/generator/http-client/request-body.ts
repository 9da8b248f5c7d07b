import { badOption } from '../../../lib/core/base/refusal.ts'
import { jsonText } from '../../../lib/core/scenario/flow/json-text.ts'
import { textPairs } from '../../../lib/core/scenario/flow/texts.ts'
import { FlowError, type RequestOptions } from '../../../lib/core/scenario/flow.ts'
import { bytesOf, isBytes } from '../http/flow-bytes.ts'
import { encodeMultipart } from './multipart.ts'

export interface RequestBody {
  /** Bytes are a copy of the flow's. */
  content: string | Buffer
  contentType?: string
}

const BODY_FIELDS = ['json', 'form', 'multipart', 'body'] as const
const BODY =
  'text, an ArrayBuffer, or a view of one such as a Buffer or a Uint8Array; objects go into json or form'

/** The body that a request is given, if any. Throws a `FlowError` of class `bad_request_options`. */
export function bodyOf(options: RequestOptions): RequestBody | undefined {
  const { json, form, multipart, body } = options
  if (json === undefined && form === undefined && multipart === undefined && body === undefined)
    return undefined
  const given = BODY_FIELDS.filter((field) => options[field] !== undefined)
  if (given.length > 1)
    throw new FlowError('bad_request_options', `a request has one body: ${given.join(' and ')} were given`)
  if (json !== undefined) return { content: jsonText('json', json), contentType: 'application/json' }
  if (form !== undefined) return { content: formText(form), contentType: 'application/x-www-form-urlencoded' }
  if (multipart === undefined) return { content: plainBody(body) }
  const encoded = encodeMultipart(multipart)
  return { content: encoded.body, contentType: encoded.contentType }
}

function plainBody(body: unknown): string | Buffer {
  if (typeof body === 'string') return body
  if (isBytes(body)) return bytesOf('body', body)
  throw badOption('body', body, BODY)
}

function formText(form: unknown): string {
  const pairs = textPairs('form', form)
  const text = new URLSearchParams()
  for (let i = 0; i < pairs.length; i += 2) text.append(pairs[i] as string, pairs[i + 1] as string)
  return text.toString()
}
