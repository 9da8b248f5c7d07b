import { MASK, maskText, maskUrl, namesSecret } from '../secrets/mask.ts'
import { printable } from './printable.ts'

/** Every way a run can end, with the exit code the command line gives it. */
export const EXIT = {
  ok: 0,
  fail: 1,
  badInput: 2,
  inconclusive: 3,
  overBudget: 4,
  infrastructure: 5,
  stopped: 130,
} as const

/** Stable error codes and the exit code each one leads to. */
const EXIT_BY_CODE = {
  INPUT_INVALID: EXIT.badInput,
  SCENARIO_NOT_FOUND: EXIT.badInput,
  SCENARIO_INVALID: EXIT.badInput,
  DATA_INVALID: EXIT.badInput,
  TARGET_NOT_ALLOWED: EXIT.badInput,
  RUN_NOT_FOUND: EXIT.badInput,
  RUN_NOT_ENDED: EXIT.badInput,
  RUN_EXISTS: EXIT.badInput,
  OVER_BUDGET: EXIT.overBudget,
  TARGET_UNREACHABLE: EXIT.infrastructure,
  PORT_IN_USE: EXIT.infrastructure,
  STORE_UNWRITABLE: EXIT.infrastructure,
  STORE_UNREADABLE: EXIT.infrastructure,
  SNAPSHOT_INVALID: EXIT.infrastructure,
  GENERATOR_FAILED: EXIT.infrastructure,
  SETUP_FAILED: EXIT.infrastructure,
  RUN_FAILED: EXIT.infrastructure,
  START_FAILED: EXIT.infrastructure,
  API_UNREACHABLE: EXIT.infrastructure,
  API_REFUSED: EXIT.infrastructure,
} as const

export type ErrorCode = keyof typeof EXIT_BY_CODE

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(EXIT_BY_CODE, text)
}

/** One thing wrong with an input: where it is, what was given, what is allowed, and what to do about it. */
export interface Mistake {
  /** Path of the field, such as `profiles.spike.executors[0].stages[2].duration`. */
  field: string
  /** The value as given, short enough to print and without secrets. */
  value: string
  /** What the field accepts. */
  limit: string
  /** What the user should do next. */
  next: string
}

/**
 * An error whose cause is outside the program: bad input, an absent target, a full disk.
 * It carries all mistakes found at once and the exit code; it is printed without a stack trace. What is secret in its
 * message, or in the values given, is masked: it goes to terminals, logs and answers of the API.
 */
export class VolleyError extends Error {
  override readonly name = 'VolleyError'
  readonly code: ErrorCode
  readonly mistakes: readonly Mistake[]

  constructor(code: ErrorCode, message: string, mistakes: readonly Mistake[] = [], options?: ErrorOptions) {
    super(maskText(message), options)
    this.code = code
    this.mistakes = mistakes.map(masked)
  }

  get exitCode(): number {
    return EXIT_BY_CODE[this.code]
  }
}

/** A value without blanks may be a URL that is none: then all before its last `@` may be a password. */
function masked({ field, value, limit, next }: Mistake): Mistake {
  // A field with blanks in its name is no key, but a matter such as "AWS credentials".
  const lastKey = /^\S*?([\w-]*)$/.exec(field)?.[1] ?? ''
  const isSecret = value !== 'not given' && namesSecret(lastKey, 'field')
  const shown = /[\s"{[]/.test(value) ? maskText(value) : maskText(maskUrl(value))
  return { field, value: isSecret ? MASK : shown, limit: maskText(limit), next: maskText(next) }
}

/** Renders an error for a person: the message, then one block per mistake. What comes from outside commands no terminal. */
export function explain(error: VolleyError): string {
  const blocks = error.mistakes.map(
    ({ field, value, limit, next }) => `  ${field}: ${value}\n    allowed: ${limit}\n    next:    ${next}`,
  )
  return printable([`${error.code}: ${error.message}`, ...blocks].join('\n'))
}
