import { cutText, type SampleExchange } from '../../../lib/core/results/incident.ts'
import { type Mask, maskHeaders, maskUrl } from '../../../lib/core/secrets/mask.ts'
import type { ExchangeRecord } from '../contract/exchange-record.ts'

const MAX_URL = 500
const MAX_HEADERS = 20
const MAX_HEADER = 200
/** Shown of a body. */
const MAX_BODY = 1_024
/** Looked at of a body: where a cut halves a secret, the mask still knows it by what stands before. */
const READ_BYTES = 4 * MAX_BODY
const CONTROL = /[\p{Cc}--[\t\n\r]]/v

/** A request and its response as they are kept: without secrets, and cut to what a reader needs. */
export function sampleOf({ method, url, status, headers, body }: ExchangeRecord, mask: Mask): SampleExchange {
  const text = textOf(body)
  return {
    method,
    url: cutText(mask(maskUrl(url)), MAX_URL),
    status,
    headers: shownHeaders(headers, mask),
    ...(text !== undefined && text !== '' && { body: cutText(mask(text), MAX_BODY) }),
    bodyBytes: body.length,
  }
}

function shownHeaders(headers: Readonly<Record<string, string>>, mask: Mask): Record<string, string> {
  const first = Object.fromEntries(Object.entries(headers).slice(0, MAX_HEADERS))
  return Object.fromEntries(
    Object.entries(maskHeaders(first)).map(([name, value]) => [
      cutText(name, MAX_HEADER),
      cutText(mask(String(value)), MAX_HEADER),
    ]),
  )
}

/** How a body begins, or `undefined` where it is no text. */
function textOf(body: Uint8Array): string | undefined {
  try {
    // As a stream, so that a character at the end of what is read may be cut off.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(0, READ_BYTES), {
      stream: true,
    })
    return CONTROL.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
