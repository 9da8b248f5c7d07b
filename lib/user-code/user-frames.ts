import { dirname, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Frame } from '../core/results/incident.ts'
import { CODE_ROOT } from '../package/own-files.ts'

const MAX_FRAMES = 8
const MAX_STACK = 20_000
const MAX_PLACE = 200

/** Volley's own files; the suites and examples beside them are a user's. */
const OWN_ROOT = folderOf(CODE_ROOT)
const OWN_FOLDERS = ['aggregator', 'bin', 'functions', 'lib', 'node_modules'].map(
  (name) => `${OWN_ROOT}${name}${sep}`,
)
const LINE = /^\s+at (?:async )?(?:(.*?) \()?(.+?):(\d+):(\d+)\)?$/

export type FrameReader = (stack: string) => Frame[]

/** The stack of whatever was thrown, which may be anything; empty where it has none. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  try {
    return typeof error.stack === 'string' ? error.stack.slice(0, MAX_STACK) : ''
  } catch {
    return ''
  }
}

/**
 * Reads from stacks the lines of the user's own files, relative to the folder of the scenario's module, or by the names of
 * the files where that is not known.
 */
export function frameReader(module: string | undefined): FrameReader {
  const folder = module?.startsWith('file:') ? `${dirname(fileURLToPath(module))}${sep}` : undefined
  return (stack) => {
    if (stack === '') return []
    const frames: Frame[] = []
    for (const line of stack.split('\n')) {
      const [, called, file = '', row, column] = LINE.exec(line) ?? []
      const path = pathOf(file)
      if (path === undefined || !isOfUser(path, folder)) continue
      const place = `${placeOf(path, folder)}:${row}:${column}`.slice(-MAX_PLACE)
      const name = called?.replace(/^Object\./, '').slice(0, MAX_PLACE)
      frames.push({ place, ...(name !== undefined && name !== '<anonymous>' && { function: name }) })
      if (frames.length === MAX_FRAMES) break
    }
    return frames
  }
}

/** `undefined` for what is no file: Node's own modules, code that was made at run time. */
function pathOf(file: string): string | undefined {
  if (file.startsWith('file://')) return pathOfUrl(file)
  return file.startsWith('/') || /^[A-Za-z]:\\/.test(file) ? file : undefined
}

function pathOfUrl(url: string): string | undefined {
  try {
    return fileURLToPath(url.replace(/[?#].*$/, ''))
  } catch {
    return undefined
  }
}

/** In the scenario's folder, or at least neither Volley's nor a package's. */
function isOfUser(path: string, folder: string | undefined): boolean {
  if (folder !== undefined && path.startsWith(folder) && !isOwn(path, folder))
    return !path.slice(folder.length).includes(`node_modules${sep}`)
  if (path.includes(`${sep}node_modules${sep}`)) return false
  return folder === undefined ? !isOwn(path) : !path.startsWith(OWN_ROOT)
}

/** A scenario may lie above Volley's own files, as in a checkout, and even among them. */
function isOwn(path: string, folder = ''): boolean {
  return OWN_FOLDERS.some((own) => path.startsWith(own) && !folder.startsWith(own))
}

function placeOf(path: string, folder: string | undefined): string {
  if (folder === undefined) return path.slice(path.lastIndexOf(sep) + 1)
  return relative(folder, path).split(sep).join('/')
}

function folderOf(url: URL): string {
  const path = fileURLToPath(url)
  return path.endsWith(sep) ? path : `${path}${sep}`
}
