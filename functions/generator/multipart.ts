import type { FilePart } from '../../lib/core/flow.ts'

interface MultipartBody {
  contentType: string
  body: Uint8Array
}

/** Body of a form with files, RFC 7578. The boundary is the first of a series that no part contains. */
export function encodeMultipart(parts: Readonly<Record<string, string | FilePart>>): MultipartBody {
  const fields = Object.entries(parts).map(([name, part]) => ({
    head: headOf(name, part),
    content: contentOf(part),
  }))
  const boundary = freeBoundary(fields.map(({ content }) => content))
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

function headOf(name: string, part: string | FilePart): string {
  const disposition = `content-disposition: form-data; name="${quoted(name)}"`
  if (typeof part === 'string') return disposition
  const { filename, contentType = 'application/octet-stream' } = part
  return `${disposition}; filename="${quoted(filename)}"\r\ncontent-type: ${contentType}`
}

function contentOf(part: string | FilePart): Buffer {
  const content = typeof part === 'string' ? part : part.content
  return typeof content === 'string'
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
}

function freeBoundary(contents: readonly Buffer[]): string {
  for (let number = 0; ; number++) {
    const boundary = `volley-part-${number}`
    if (!contents.some((content) => content.includes(boundary))) return boundary
  }
}

/** As browsers write names: https://html.spec.whatwg.org/#multipart-form-data */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
