import { TextDecoder } from 'node:util'

const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i
/** A server may name character sets without bounds. */
const MAX_KNOWN = 100

const utf8 = new TextDecoder()
const utf16le = new TextDecoder('utf-16le')
const utf16be = new TextDecoder('utf-16be')
/** By content types as servers write them. */
const known = new Map<string, TextDecoder>()

/** A body as UTF-8, without its byte order mark. */
export function utf8TextOf(body: Uint8Array): string {
  return utf8.decode(body)
}

/**
 * A body in the character set that its byte order mark or its content type names, without the mark. It is read as UTF-8
 * where neither names one that the Encoding standard knows.
 */
export function textOf(body: Uint8Array, contentType: string | undefined): string {
  return (decoderOfMark(body) ?? decoderOf(contentType)).decode(body)
}

function decoderOfMark([first, second, third]: Uint8Array): TextDecoder | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return utf8
  if (first === 0xff && second === 0xfe) return utf16le
  return first === 0xfe && second === 0xff ? utf16be : undefined
}

function decoderOf(contentType: string | undefined): TextDecoder {
  if (contentType === undefined) return utf8
  const kept = known.get(contentType)
  if (kept) return kept
  const [, quoted, bare] = CHARSET.exec(contentType) ?? []
  const decoder = decoderFor(quoted ?? bare)
  if (known.size < MAX_KNOWN) known.set(contentType, decoder)
  return decoder
}

function decoderFor(label: string | undefined): TextDecoder {
  if (label === undefined) return utf8
  try {
    return new TextDecoder(label)
  } catch {
    return utf8
  }
}
