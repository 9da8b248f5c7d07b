import { basicAuthorization, userinfoOf } from '../../../lib/core/secrets/userinfo.ts'
import type { WireRequest } from '../contract/exchange-record.ts'
import { isForOneOrigin } from './standing-headers.ts'

/** 300 and 304 to 306 are answers, not ways to go on. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const KEEPS_METHOD: ReadonlySet<number> = new Set([307, 308])
/** Bytes beyond ASCII, which many servers write as they are. */
const RAW_BYTE = /[\x80-\xff]/g

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status)
}

/**
 * The request a redirect asks for: 307 and 308 repeat it, any other becomes a GET without a body, unless it was a HEAD.
 * Throws where the location is no URL. Its bytes come through as they are, whatever their encoding: UTF-8 is asked for as UTF-8.
 * What was meant for one origin stays there: another one gets what is its own, a user name and password in the location included.
 */
export function followRedirect(request: WireRequest, status: number, location: string): WireRequest {
  const url = new URL(location.replace(RAW_BYTE, percentEncoded), request.origin + request.path)
  const origin = `${url.protocol}//${url.host}`
  const leavesOrigin = origin !== request.origin
  const dropsBody = !KEEPS_METHOD.has(status)
  const { body, headers, ...rest } = request
  const kept = Object.entries(headers).filter(
    ([name]) =>
      !(leavesOrigin && (name === 'host' || isForOneOrigin(name))) &&
      !(dropsBody && name.startsWith('content-')),
  )
  const userinfo = userinfoOf(url)
  return {
    ...rest,
    origin,
    path: url.pathname + url.search,
    method: dropsBody && request.method !== 'HEAD' ? 'GET' : request.method,
    headers: {
      ...(leavesOrigin && request.credentials?.credentialsFor(origin)),
      ...Object.fromEntries(kept),
      ...(userinfo && { authorization: basicAuthorization(userinfo) }),
    },
    ...(dropsBody || body === undefined ? {} : { body }),
  }
}

function percentEncoded(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase()}`
}
