/** An answer other than success: `{code, message}` with a status. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly statusCode: number
  readonly code: string
  readonly retryAfterS: number | undefined

  constructor(statusCode: number, code: string, message: string, retryAfterS?: number) {
    super(message)
    this.statusCode = statusCode
    this.code = code
    this.retryAfterS = retryAfterS
  }
}
