import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const SIGNED = /^([\w-]+)\.(\d+)\.([\w-]+)$/

/** Bearer tokens that prove themselves: a subject, an expiry and a signature, so that none has to be stored. */
export class Tokens {
  readonly #secret = randomBytes(32)

  /** A token for a subject of letters, digits, `-` and `_`. Times are epoch seconds. */
  issue(subject: string, expiresAtS: number): string {
    const claim = `${subject}.${expiresAtS}`
    return `${claim}.${this.#sign(claim).toString('base64url')}`
  }

  /** The subject of a token that was issued here and has not expired. */
  subjectOf(token: string, nowS: number): string | undefined {
    const [, subject, expiresAtS, signature] = SIGNED.exec(token) ?? []
    if (subject === undefined || signature === undefined || Number(expiresAtS) <= nowS) return undefined
    const given = Buffer.from(signature, 'base64url')
    const right = this.#sign(`${subject}.${expiresAtS}`)
    return given.length === right.length && timingSafeEqual(given, right) ? subject : undefined
  }

  #sign(claim: string): Buffer {
    return createHmac('sha256', this.#secret).update(claim).digest()
  }
}
