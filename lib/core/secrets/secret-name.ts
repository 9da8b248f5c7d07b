/**
 * Where a key stands. Query strings name secrets in ways that are everyday words elsewhere: `?key=…` and `?code=…` are
 * credentials, `"code": "NOT_FOUND"` is an answer.
 */
export type SecretPlace = 'url' | 'field'

/** A key that ends in one of these holds a secret, whatever stands before: `x-amz-security-token`, `clientSecret`. */
const ENDINGS = [
  ...['token', 'tokenvalue', 'jwt', 'assertion', 'samlresponse', 'cookie', 'credential', 'credentials'],
  ...['authorization', 'signature', 'sessionid', 'sessid', 'pwd', 'passcode', 'accesskeyid'],
  ...[
    'apikey',
    'accesskey',
    'privatekey',
    'signingkey',
    'encryptionkey',
    'sharedkey',
    'masterkey',
    'authkey',
  ],
  ...['sessionkey', 'subscriptionkey', 'accountkey', 'functionskey', 'secretkey', 'clientkey', 'authcode'],
]

/** A key with one of these anywhere holds a secret: `password_confirmation`, `secretAccessKey`. */
const PARTS = ['password', 'passwd', 'passphrase', 'secret']

/** Too short or too common to be looked for inside other words: the last word of a key, as in `basic_auth`. */
const LAST_WORDS: ReadonlySet<string> = new Set(['auth', 'bearer', 'otp', 'pass', 'session', 'sid', 'sig'])

/** What names a secret in a URL alone. */
const IN_URLS: ReadonlySet<string> = new Set(['code', 'key'])

/**
 * Whether a key of a query, a form, a header or a document names a secret. Case and separators don't matter:
 * `X-Api-Key`, `api_key` and `apiKey` are one.
 */
export function namesSecret(key: string, place: SecretPlace = 'url'): boolean {
  const squeezed = squeeze(key)
  if (PARTS.some((part) => squeezed.includes(part))) return true
  if (ENDINGS.some((ending) => squeezed.endsWith(ending))) return true
  return namesWeakly(key) || (place === 'url' && IN_URLS.has(squeezed))
}

/** Whether a key names a secret by a word that often means something else, such as `session` or `auth`. */
export function namesWeakly(key: string): boolean {
  const lastWord = /[A-Za-z][a-z]*$|[A-Z]+$/.exec(key.slice(-100).replace(/[^A-Za-z]+$/, ''))
  return lastWord !== null && LAST_WORDS.has(lastWord[0].toLowerCase())
}

/** Whether a header's whole value is a secret that may hold blanks: its line is masked to the end. */
export function namesCredentialHeader(key: string): boolean {
  const squeezed = squeeze(key)
  return squeezed.endsWith('authorization') || squeezed.endsWith('cookie')
}

/** The letters of a key. Digits go with the separators: `password2` and `token_1` are secrets as well. */
function squeeze(key: string): string {
  return key.toLowerCase().replace(/[^a-z]+/g, '')
}
