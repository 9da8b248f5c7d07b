/** A failure of one iteration, counted by its class. */
export class FlowError extends Error {
  override readonly name: string = 'FlowError'
  readonly errorClass: string

  constructor(errorClass: string, message: string = errorClass) {
    super(typeof message === 'string' ? message : shown(message))
    this.errorClass = classText(errorClass)
  }
}

export const MAX_CLASS_LENGTH = 100
const OTHER = 'other'
/** They break lines of reports, or hide in them. */
const CONTROL = /[\p{Cc}\u2028\u2029]+/gu

/** A class as it is counted, whatever it was made of: one line of text that is not too long. */
export function classText(given: unknown): string {
  const text = typeof given === 'string' ? given : shown(given)
  const line = text.replace(CONTROL, ' ').trim()
  if (line === '') return OTHER
  return line.length > MAX_CLASS_LENGTH ? `${line.slice(0, MAX_CLASS_LENGTH - 1)}…` : line
}

function shown(given: unknown): string {
  return typeof given === 'number' || typeof given === 'boolean' ? String(given) : OTHER
}
