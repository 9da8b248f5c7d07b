import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mistake, VolleyError } from '../core/base/errors.ts'
import { didYouMean } from '../core/base/nearest.ts'
import { ExitRefused } from '../user-code/exit-guard.ts'
import { stackOf } from '../user-code/user-frames.ts'

/** A module that was given up: its top level still waits for something. */
export class LoadingTooLong extends Error {
  override readonly name = 'LoadingTooLong'
  readonly seconds: number

  constructor(seconds: number) {
    super(`it has been waiting at its top level for ${seconds} s`)
    this.seconds = seconds
  }
}

/** `SCENARIO_INVALID` for a file that does not load, with advice for what went wrong. */
export function loadFailure(error: unknown, file: string): VolleyError {
  const message = messageOf(error)
  return new VolleyError('SCENARIO_INVALID', `${file} does not load: ${message}`, [
    { field: 'scenario', value: placeOf(error, file), ...adviceFor(error, file) },
  ])
}

type Advice = Pick<Mistake, 'limit' | 'next'> & Partial<Pick<Mistake, 'field' | 'value'>>

function adviceFor(error: unknown, file: string): Advice {
  if (error instanceof LoadingTooLong)
    return {
      limit: 'a module whose top-level awaits settle',
      next: 'see what it awaits outside of its functions; what takes long belongs into setup',
    }
  if (error instanceof ExitRefused)
    return {
      limit: 'a module that loads and exports a scenario',
      next: 'remove the call: a command ends by itself when it is done',
    }
  const code = codeOf(error)
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return missingImport(error as Error, file)
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return {
      limit: 'TypeScript whose types can be taken out: Node runs the rest as it is',
      next: 'write enums as objects with `as const`, namespaces as modules, and constructor parameters as fields',
    }
  if (code === 'ERR_IMPORT_ATTRIBUTE_MISSING')
    return { limit: 'JSON imports that say so', next: "write import … from './x.json' with { type: 'json' }" }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
    return {
      limit: 'modules in .ts, .mts, .cts, .js, .mjs or .cjs',
      next: 'rename the file, or import another',
    }
  if (error instanceof SyntaxError) return syntaxAdvice(error)
  if (
    error instanceof ReferenceError &&
    /^(?:require|module|exports|__\w+) is not defined/.test(error.message)
  )
    return {
      limit: 'import and export in a file that uses either of them, or require and module.exports alone',
      next: 'use import instead of require and export default instead of module.exports; import.meta has filename and dirname',
    }
  return {
    limit: 'a module that loads without an error',
    next: 'correct what throws there, or move it into setup',
  }
}

function syntaxAdvice({ message }: SyntaxError): Advice {
  const missing = /does not provide an export named '([^']+)'/.exec(message)?.[1]
  if (missing === undefined)
    return { limit: 'TypeScript or JavaScript that Node 24 can parse', next: 'correct the syntax there' }
  return {
    limit: 'names that the imported module exports',
    next: `correct the name; if ${missing} is a type, write import type { ${missing} }`,
  }
}

/** `Cannot find package 'x' imported from /y.ts`, or `Cannot find module './x'` and the stack of requires. */
function missingImport({ message }: Error, file: string): Advice {
  const name = /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1] ?? 'what it names'
  const importer = /(?: imported from |Require stack:\s+- )(.+)/.exec(message)?.[1] ?? file
  const path = name.startsWith('file:') ? fileURLToPath(name) : name
  const isFile = /^(?:\.{0,2}[\\/]|[A-Za-z]:\\)/.test(path)
  const advice = { field: 'import', value: `${name}, in ${importer}` }
  if (!isFile)
    return {
      ...advice,
      limit: 'packages that are installed where the file is, and volley',
      next: `npm install ${name} in ${dirname(importer)}, or correct the name`,
    }
  const folder = path.startsWith('.') ? dirname(importer) : dirname(path)
  const files = existsSync(folder) ? readdirSync(folder) : []
  return {
    ...advice,
    limit: 'files that are there; a path counts from the file that imports it',
    next: files.length === 0 ? `there is no folder ${folder}` : didYouMean(basename(path), files),
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `it throws ${String(error)}`
  const [message = ''] = error.message.split('\nRequire stack:')
  if (error instanceof LoadingTooLong || error instanceof ExitRefused) return message
  return `${error.name}: ${message}`
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

/** `file:line` of the first frame inside the scenario's folder. */
function placeOf(error: unknown, file: string): string {
  const line = stackOf(error)
    .split('\n')
    .find((text) => text.includes(dirname(file)))
  return line?.match(/(?:file:\/\/)?[^\s()]+:\d+(?::\d+)?/)?.[0] ?? file
}
