import { FlowError } from '../../../lib/core/flow.ts'

const ADDRESS = /^(?:(tcp|tls):\/\/)?([^\s/:@?#[\]]*|\[[\da-f:.]+\]):(\d{1,5})\/?$/i

/** Whether a text is written as a TCP address. */
export function isTcpAddress(text: string): boolean {
  return /^(?:tcp|tls):/i.test(text) || ADDRESS.test(text)
}

/**
 * The URL of an address such as `tcp://host:port`, `tls://host:port` or `:port`, as `http:` for TCP and `https:` for TLS. Without a
 * host it is the target's. Throws a `FlowError` of class `bad_request_options`.
 */
export function tcpUrl(address: string, targetUrl: string): URL {
  const [, scheme = 'tcp', host, port] = ADDRESS.exec(address) ?? []
  const url = `${scheme.toLowerCase() === 'tls' ? 'https' : 'http'}://${host || new URL(targetUrl).hostname}:${port}`
  if (port !== undefined && URL.canParse(url)) return new URL(url)
  throw new FlowError(
    'bad_request_options',
    `${address} is no address such as tcp://host:9001, tls://host:9001 or :9001`,
  )
}
