import ipaddr from 'ipaddr.js'

const FORBIDDEN_RANGES: Readonly<Record<string, string>> = {
  unspecified: 'an unspecified address',
  linkLocal: 'a link-local address, where cloud metadata is served',
  multicast: 'a multicast address',
  broadcast: 'a broadcast address',
}

/** Services of the cloud itself: AWS keeps fd00:ec2::/32, Google fd20:ce::254, Alibaba 100.100.100.200. */
const METADATA = ['fd00:ec2::/32', 'fd20:ce::254/128', '100.100.100.200/32'].map((range) =>
  ipaddr.parseCIDR(range),
)

/** IPv6 ranges whose addresses carry an IPv4 address, with the byte it starts at. */
const CARRIES_IPV4_AT: Readonly<Record<string, number>> = { rfc6145: 12, rfc6052: 12, '6to4': 2 }

/** Why nothing may ever be sent to an address, or `undefined` where it may. Expects an IP address. */
export function forbiddenReason(address: string): string | undefined {
  const parsed = innermost(address)
  if (METADATA.some((range) => range[0].kind() === parsed.kind() && parsed.match(range)))
    return 'an address of cloud metadata'
  return FORBIDDEN_RANGES[parsed.range()]
}

/** Whether an IP address is the machine itself: 127.0.0.0/8 or ::1. */
export function isLoopback(address: string): boolean {
  return innermost(address).range() === 'loopback'
}

/** The IPv4 address inside an IPv6 one where there is one, else the address itself. */
function innermost(address: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed
  const bytes = parsed.toByteArray()
  const at = isIpv4Compatible(bytes) ? 12 : CARRIES_IPV4_AT[parsed.range()]
  return at === undefined ? parsed : ipaddr.fromByteArray(bytes.slice(at, at + 4))
}

/** `::a.b.c.d`, RFC 4291 section 2.5.5.1; `::` and `::1` are not of them. */
function isIpv4Compatible(bytes: readonly number[]): boolean {
  return bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12, 15).some((byte) => byte !== 0)
}
