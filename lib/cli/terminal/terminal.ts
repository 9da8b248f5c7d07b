import picocolors from 'picocolors'

/** Where the command line writes. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** A line that comes at any time: on standard error, above whatever is being redrawn there. */
  say(text: string): void
  /** Writes to standard output as it is. */
  write(text: string): void
  /** Calls back when everything written to standard output is out. */
  flushed(then: () => void): void
  /** Standard error is a terminal that can redraw. */
  live: boolean
  color: boolean
  width: number
  /** Ends the process at once. */
  leave(code: number): void
}

const WIDTH_OF_FILES = 100
/** Kept from before scenarios are loaded: what those write must not get into what the command line prints. */
const stdout = process.stdout.write.bind(process.stdout)
const stderr = process.stderr.write.bind(process.stderr)

export const terminal: Omit<Terminal, 'leave'> = {
  out: (text) => void stdout(`${text}\n`),
  err: (text) => void stderr(`${text}\n`),
  say: (text) => void stderr(`${text}\n`),
  write: (text) => void stdout(text),
  flushed: (then) => void stdout('', then),
  live: process.stderr.isTTY === true,
  color: picocolors.isColorSupported,
  width: process.stdout.columns ?? WIDTH_OF_FILES,
}
