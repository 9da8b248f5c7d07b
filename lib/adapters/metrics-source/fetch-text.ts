/** Reads a URL as text; rejects with an `Error` that says why it can't. */
export type FetchText = (url: string) => Promise<string>

interface FetchTextOptions {
  timeoutMs?: number
  maxBodyBytes?: number
}

const TIMEOUT_MS = 5_000
const MAX_BODY_BYTES = 16 * 1_024 * 1_024
const LONGEST_QUOTE = 200

/** Reads over HTTP. It follows no redirect, waits no longer than its timeout and takes no larger body than allowed. */
export function httpFetchText({
  timeoutMs = TIMEOUT_MS,
  maxBodyBytes = MAX_BODY_BYTES,
}: FetchTextOptions = {}): FetchText {
  return async (url) => {
    try {
      const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
      const body = await readBody(response, maxBodyBytes)
      if (response.ok) return body
      throw new Error(`HTTP ${response.status}${detailOf(response, body)}`)
    } catch (error) {
      throw new Error(reasonOf(error, timeoutMs))
    }
  }
}

async function readBody(response: Response, maxBodyBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBodyBytes) throw new Error(`the answer is larger than ${maxBodyBytes} B`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function detailOf({ status, headers }: Response, body: string): string {
  if (status >= 300 && status < 400) return ` to ${headers.get('location')}, and redirects are not followed`
  const text = body.trim().replaceAll(/\s+/g, ' ').slice(0, LONGEST_QUOTE)
  return text === '' ? '' : `: ${text}`
}

/** What went wrong, from the innermost cause: `connect ECONNREFUSED 127.0.0.1:1`. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1_000} s`
  return error.cause === undefined ? error.message : reasonOf(error.cause, timeoutMs)
}
