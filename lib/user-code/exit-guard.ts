/** A call of `process.exit` or `process.abort` that was not obeyed. */
export class ExitRefused extends Error {
  override readonly name = 'ExitRefused'
  /** What it is counted under where a flow made it. */
  readonly errorClass = 'process_exit'

  constructor(call: string) {
    super(call)
    const place = placeOf(this.stack ?? '')
    this.message = place === undefined ? `${call} was called` : `${call} was called at ${place}`
  }
}

type RefusalListener = (refusal: ExitRefused) => void

const exit = process.exit.bind(process)
const listeners = new Set<RefusalListener>()

/** Ends this process, whatever has become of `process.exit`. */
export function leaveProcess(code: number): never {
  return exit(code)
}

/**
 * From now on whatever calls `process.exit` or `process.abort` gets an error instead: scenarios are code of others, and
 * must not end the process that measures, or judges, for all. Nothing is changed the second time.
 */
export function refuseExit(): void {
  if (process.exit === refusedExit) return
  process.exit = refusedExit
  process.abort = refusedAbort
}

/** Tells of every refusal, for callers whose scenario may have swallowed the error. Returns what ends it. */
export function onExitRefused(listener: RefusalListener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** `file:line:column` of the first frame outside of this file. */
function placeOf(stack: string): string | undefined {
  const caller = stack
    .split('\n')
    .find((line) => /:\d+:\d+\)?$/.test(line) && !line.includes(import.meta.filename))
  return caller && /(?:file:\/\/)?((?:\/|[A-Z]:)[^()]*:\d+:\d+)\)?$/.exec(caller)?.[1]
}

function refusedExit(code?: number | string | null): never {
  throw refused(`process.exit(${code ?? ''})`)
}

function refusedAbort(): never {
  throw refused('process.abort()')
}

function refused(call: string): ExitRefused {
  const refusal = new ExitRefused(call)
  for (const listener of listeners) listener(refusal)
  return refusal
}
