import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import type { ApiRequest, ApiResponse } from './http.ts'

/** Larger answers are sent compressed: Lambda takes at most 6 MB, and reports shrink to a fifth or less. */
const COMPRESS_FROM_BYTES = 500_000

const texts = z
  .record(z.string(), z.string().optional())
  .nullish()
  .transform((record) => record ?? {})

/** What API Gateway's proxy integration hands a function: the part that is used. */
export const proxyEventSchema = z.object({
  httpMethod: z.string(),
  path: z.string(),
  headers: texts,
  queryStringParameters: texts,
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z
    .object({ identity: z.object({ userArn: z.string().nullish() }).optional() })
    .optional()
    .catch(undefined),
})
export type ProxyEvent = z.infer<typeof proxyEventSchema>

export interface ProxyResult {
  statusCode: number
  headers: Record<string, string>
  body: string
  isBase64Encoded: boolean
}

export function requestOf({
  httpMethod,
  path,
  headers,
  queryStringParameters,
  body,
  isBase64Encoded,
}: ProxyEvent): ApiRequest {
  return {
    method: httpMethod,
    path,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const),
    ),
    query: queryStringParameters,
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  }
}

export function resultOf({ status, contentType, body }: ApiResponse, { headers }: ApiRequest): ProxyResult {
  const plain = { 'content-type': contentType, 'cache-control': 'no-store' }
  const compress =
    body.length >= COMPRESS_FROM_BYTES && (headers['accept-encoding'] ?? '').toLowerCase().includes('gzip')
  return compress
    ? {
        statusCode: status,
        headers: { ...plain, 'content-encoding': 'gzip' },
        body: gzipSync(body).toString('base64'),
        isBase64Encoded: true,
      }
    : { statusCode: status, headers: plain, body, isBase64Encoded: false }
}
