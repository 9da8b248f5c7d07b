/** Where a connection goes. */
export interface Endpoint {
  /** IPv6 without brackets. */
  host: string
  port: number
  secure: boolean
}

/** The endpoint of an `http:`, `https:`, `ws:` or `wss:` URL. */
export function endpointOf({ protocol, hostname, port }: URL): Endpoint {
  const secure = protocol === 'https:' || protocol === 'wss:'
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (secure ? 443 : 80)), secure }
}
