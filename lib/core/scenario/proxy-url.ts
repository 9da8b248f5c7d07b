import { isSoundUserinfo, USERINFO_RULE } from '../secrets/userinfo.ts'

const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:'])

/** What the URL of a proxy would have to be, where it is not. */
export function proxyFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !SCHEMES.has(url.protocol) || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return 'an http or https URL of a host and a port alone, such as http://proxy:3128'
  return isSoundUserinfo(url) ? undefined : `a user name and password in ${USERINFO_RULE}`
}
