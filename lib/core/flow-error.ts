/** A failure of one iteration, counted by its class. */
export class FlowError extends Error {
  override readonly name: string = 'FlowError'
  readonly errorClass: string

  constructor(errorClass: string, message: string = errorClass) {
    super(message)
    this.errorClass = errorClass
  }
}
