/** Who a URL says is asking. */
export interface Userinfo {
  user: string
  password: string
}

/**
 * The user name and password of a URL, percent-encodings undone; undefined where it has none. Throws a `URIError` where
 * they are no percent-encoded UTF-8, as with a bare `%`.
 */
export function userinfoOf({ username, password }: Pick<URL, 'username' | 'password'>): Userinfo | undefined {
  if (username === '' && password === '') return undefined
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
}

export function isSoundUserinfo(url: Pick<URL, 'username' | 'password'>): boolean {
  try {
    userinfoOf(url)
    return true
  } catch {
    return false
  }
}

/** What a user name and password have to be for `userinfoOf`. */
export const USERINFO_RULE = 'percent-encoded UTF-8, where a % is %25 and an @ is %40'

/** The value of an `authorization` header for these (RFC 7617, in UTF-8). */
export function basicAuthorization({ user, password }: Userinfo): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`)
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`
}
