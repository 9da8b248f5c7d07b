import { FlowError } from '../../../lib/core/scenario/flow.ts'
import { endpointOf } from './endpoint.ts'

const ADDRESS = /^(?:(tcp|tls):\/\/)?([^\s/:@?#[\]]*|\[[\da-f:.]+\]):(\d{1,5})\/?$/i
const TARGET = /^(tcp|tls):$/i

/** Whether a text is written as a TCP address. */
export function isTcpAddress(text: string): boolean {
  return /^(?:tcp|tls):/i.test(text) || ADDRESS.test(text)
}

/**
 * The URL of an address such as `tcp://host:port`, `tls://host:port` or `:port`, as `http:` for TCP and `https:` for TLS. Without a
 * host it is the target's; `tcp:` and `tls:` alone are the target's host and port. Throws a `FlowError` of class
 * `bad_request_options`.
 */
export function tcpUrl(address: string, targetUrl: string): URL {
  const [, scheme = 'tcp', host, port] = ADDRESS.exec(address) ?? []
  const own = TARGET.exec(address)
  const target = new URL(targetUrl)
  const secure = (own?.[1] ?? scheme).toLowerCase() === 'tls'
  const place = own ? `${target.hostname}:${endpointOf(target).port}` : `${host || target.hostname}:${port}`
  const url = `${secure ? 'https' : 'http'}://${place}`
  if ((own || port !== undefined) && URL.canParse(url)) return new URL(url)
  throw new FlowError(
    'bad_request_options',
    `${address} is no address such as tcp://host:9001, tls://host:9001, :9001 or tcp:`,
  )
}
