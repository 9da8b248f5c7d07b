/**
 * Where a source is: an absolute URL, or a path at the target. The target's user name and password go to its own origin
 * alone, however that is written, and to a URL that has none of its own.
 */
export function sourceUrl(written: string, targetUrl: string): URL {
  const target = new URL(targetUrl)
  const url = new URL(written, target)
  const isOfTarget = url.protocol === target.protocol && url.host === target.host
  if (isOfTarget && url.username === '' && url.password === '') {
    url.username = target.username
    url.password = target.password
  }
  return url
}
