/** Where a connection goes. */
export interface Endpoint {
  /** IPv6 without brackets. */
  host: string
  port: number
  secure: boolean
}

const SECURE: ReadonlySet<string> = new Set(['https:', 'wss:', 'tls:'])

/** The endpoint of an `http:`, `https:`, `ws:`, `wss:`, `tcp:` or `tls:` URL; the last two name their port. */
export function endpointOf({ protocol, hostname, port }: URL): Endpoint {
  const secure = SECURE.has(protocol)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (secure ? 443 : 80)), secure }
}
