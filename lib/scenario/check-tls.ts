import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Mistake } from '../core/base/errors.ts'
import type { HttpSettings } from '../core/scenario/scenario.ts'

type Tls = HttpSettings['tls']

const CERTIFICATE =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g
const READ_IT = "readFileSync(new URL('./FILE', import.meta.url), 'utf8')"

/**
 * What is wrong with the certificates and keys of a scenario, before any connection needs them. No mistake shows their
 * content.
 */
export function tlsMistakes({ ca, cert, key, passphrase }: Tls): Mistake[] {
  const authorities = ca === undefined ? [] : certificateMistakes('ca', ca)
  const certificate = cert === undefined ? undefined : certificatesIn(cert)
  const own = cert === undefined ? [] : certificateMistakes('cert', cert)
  const { key: privateKey, mistakes } = key === undefined ? { mistakes: [] } : readKey(key, passphrase)
  return [
    ...authorities,
    ...own,
    ...mistakes,
    ...pairMistakes({ ca, cert, key, passphrase }, certificate?.[0], privateKey),
  ]
}

function pairMistakes(
  { cert, key, passphrase }: Pick<Tls, 'ca' | 'cert' | 'key' | 'passphrase'>,
  certificate: X509Certificate | undefined,
  privateKey: KeyObject | undefined,
): Mistake[] {
  if (cert !== undefined && key === undefined)
    return [mistake('key', 'not given', 'the private key of cert', 'add it, or leave cert out')]
  if (key !== undefined && cert === undefined)
    return [mistake('cert', 'not given', 'the certificate of key', 'add it, or leave key out')]
  if (passphrase !== undefined && key === undefined)
    return [
      mistake('passphrase', 'given', 'what an encrypted key is read with', 'add the key, or leave it out'),
    ]
  if (!certificate || !privateKey || certificate.checkPrivateKey(privateKey)) return []
  const subject = certificate.subject.split('\n').join(', ')
  return [
    mistake(
      'key',
      'the key of another certificate',
      `the private key of cert (${subject})`,
      'give the two that belong together; the certificate of the client comes first in cert',
    ),
  ]
}

function certificatesIn(text: string): X509Certificate[] | undefined {
  try {
    const certificates = (text.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem))
    return certificates.length > 0 ? certificates : undefined
  } catch {
    return undefined
  }
}

function certificateMistakes(field: 'ca' | 'cert', text: string): Mistake[] {
  if (certificatesIn(text)) return []
  return [mistake(field, shapeOf(text), 'PEM text with -----BEGIN CERTIFICATE-----', nextFor(text))]
}

function readKey(key: string, passphrase: string | undefined): { key?: KeyObject; mistakes: Mistake[] } {
  try {
    return { key: createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) }), mistakes: [] }
  } catch (error) {
    const { code } = error as { code?: string }
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key) && isEncrypted(key))
      return { mistakes: [passphraseMistake(passphrase)] }
    const value = `${shapeOf(key)}${code === undefined ? '' : ` (${code})`}`
    return { mistakes: [mistake('key', value, 'PEM text with -----BEGIN PRIVATE KEY-----', nextFor(key))] }
  }
}

function isEncrypted(key: string): boolean {
  return key.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || /^Proc-Type: 4,ENCRYPTED/m.test(key)
}

function passphraseMistake(passphrase: string | undefined): Mistake {
  return passphrase === undefined
    ? mistake(
        'passphrase',
        'not given',
        'what the encrypted key is read with',
        'add it, or give a key without one',
      )
    : mistake(
        'passphrase',
        'not that of the key',
        'what the encrypted key is read with',
        'give the right one',
      )
}

/** What a text is, without a character of what might be secret; a path is none. */
function shapeOf(text: string): string {
  if (looksLikePath(text)) return `${text}, which is a path`
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1]
  return label === undefined
    ? `${text.length} characters without a PEM block`
    : `a PEM block of ${label} that can't be read`
}

function nextFor(text: string): string {
  const file = looksLikePath(text) ? text.replace(/^\.\//, '') : 'client.pem'
  return `give the text of the file, not its name: ${READ_IT.replace('FILE', file)}`
}

function looksLikePath(text: string): boolean {
  return text.length <= 200 && /^[\w./\\: -]+\.\w{1,8}$/.test(text)
}

function mistake(field: string, value: string, limit: string, next: string): Mistake {
  return { field: `http.tls.${field}`, value, limit, next }
}
