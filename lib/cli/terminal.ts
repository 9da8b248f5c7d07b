import picocolors from 'picocolors'

/** Where the command line writes. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Standard error is a terminal that can redraw. */
  live: boolean
  color: boolean
  width: number
  /** Ends the process at once. */
  leave(code: number): void
}

const WIDTH_OF_FILES = 100

export const terminal: Omit<Terminal, 'leave'> = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  live: process.stderr.isTTY === true,
  color: picocolors.isColorSupported,
  width: process.stdout.columns ?? WIDTH_OF_FILES,
}
