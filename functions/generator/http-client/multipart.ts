import { badOption, isPlainObject, shownName } from '../../../lib/core/base/refusal.ts'
import { isHeaderValue } from '../../../lib/core/scenario/flow/header-rules.ts'
import { textOf } from '../../../lib/core/scenario/flow/texts.ts'
import { bytesOf, isBytes } from '../http/flow-bytes.ts'

interface MultipartBody {
  contentType: string
  body: Buffer
}

interface Part {
  head: string
  content: Buffer
}

const PART = 'text, a number, a boolean, or a file: { filename, content, contentType? }'
const CONTENT = 'text, an ArrayBuffer, or a view of one such as a Buffer or a Uint8Array'
const PART_FIELDS: ReadonlySet<string> = new Set(['filename', 'content', 'contentType'])

/**
 * Body of a form with files, RFC 7578. The boundary is the first of a series that no part contains. A list repeats its name, what is
 * undefined is left out. Throws a `FlowError` of class `bad_request_options`.
 */
export function encodeMultipart(parts: unknown): MultipartBody {
  if (!isPlainObject(parts)) throw badOption('multipart', parts, 'an object of names and parts')
  const fields = Object.entries(parts).flatMap(([name, part]) =>
    (Array.isArray(part) ? part : [part])
      .filter((each) => each !== undefined)
      .map((each) => partOf(name, each)),
  )
  const boundary = freeBoundary(fields)
  const chunks = fields.flatMap(({ head, content }) => [
    Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ])
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
  }
}

function partOf(name: string, part: unknown): Part {
  const disposition = `content-disposition: form-data; name="${quoted(name)}"`
  if (!isFile(part)) {
    if (typeof part === 'object') throw badOption(`multipart.${shownName(name)}`, part, PART)
    return { head: disposition, content: Buffer.from(textOf('multipart', name, part)) }
  }
  const field = `multipart.${shownName(name)}`
  const { filename, content, contentType = 'application/octet-stream' } = part
  const unknown = Object.keys(part).find((key) => !PART_FIELDS.has(key))
  if (unknown !== undefined) throw badOption(`${field}.${shownName(unknown)}`, part[unknown], 'no such field')
  if (typeof filename !== 'string') throw badOption(`${field}.filename`, filename, 'text')
  if (typeof contentType !== 'string' || contentType === '' || !isHeaderValue(contentType))
    throw badOption(`${field}.contentType`, contentType, 'a media type such as image/png')
  return {
    head: `${disposition}; filename="${quoted(filename)}"\r\ncontent-type: ${contentType}`,
    content: contentOf(`${field}.content`, content),
  }
}

function isFile(part: unknown): part is Record<string, unknown> {
  return isPlainObject(part) && ('content' in part || 'filename' in part)
}

function contentOf(field: string, content: unknown): Buffer {
  if (typeof content === 'string') return Buffer.from(content)
  if (isBytes(content)) return bytesOf(field, content)
  throw badOption(field, content, CONTENT)
}

function freeBoundary(parts: readonly Part[]): string {
  for (let number = 0; ; number++) {
    const boundary = `volley-part-${number}`
    if (!parts.some(({ head, content }) => head.includes(boundary) || content.includes(boundary)))
      return boundary
  }
}

/** As browsers write names: https://html.spec.whatwg.org/#multipart-form-data */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
