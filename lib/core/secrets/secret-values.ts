/** A shorter value would blank out everyday words and numbers: it is masked only where its place tells that it is a secret. */
export const MIN_KNOWN_SECRET_CHARS = 4

/** Fewer characters of Base64 would turn up in other text by chance. */
const MIN_BASE64_CHARS = 8

/**
 * A pattern that finds known secrets wherever they stand: as they are, percent-encoded, in a form, in JSON, in HTML and
 * in Base64, also as a part of what was encoded, as a password is in Basic credentials. Undefined where there is none.
 */
export function patternOfSecrets(values: readonly string[]): RegExp | undefined {
  const forms = new Set<string>()
  for (const value of values) {
    if (value.length < MIN_KNOWN_SECRET_CHARS || /^\**$/.test(value)) continue
    for (const form of textForms(value)) forms.add(form)
    for (const form of base64Forms(value)) forms.add(form)
  }
  if (forms.size === 0) return undefined
  const longestFirst = [...forms].sort((a, b) => b.length - a.length)
  return new RegExp(longestFirst.map(escapeForPattern).join('|'), 'g')
}

function textForms(value: string): string[] {
  const wellFormed = value.toWellFormed()
  const percent = encodeURIComponent(wellFormed)
  const strict = percent.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const form = new URLSearchParams([['', wellFormed]]).toString().slice(1)
  const html = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const quotedHtml = html.replaceAll('"', '&quot;').replaceAll("'", '&#39;')
  const json = JSON.stringify(value).slice(1, -1)
  const encoded = [percent, strict, form, userinfoForm(wellFormed)]
  return [value, json, html, quotedHtml, ...encoded, ...encoded.map(lowerHex)]
}

/** As a URL writes it when it is given as user name or password. */
function userinfoForm(value: string): string {
  const url = new URL('http://host')
  url.password = value
  return url.password
}

function lowerHex(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())
}

/**
 * Base64 of the value alone, and of the value after one or two other bytes, as it stands inside longer text. Of these
 * only the characters that depend on nothing but the value.
 */
function base64Forms(value: string): string[] {
  const bytes = new TextEncoder().encode(value)
  const forms: string[] = []
  for (const before of [0, 1, 2]) {
    const shifted = new Uint8Array(before + bytes.length)
    shifted.set(bytes, before)
    const whole = btoa(String.fromCharCode(...shifted)).replace(/=+$/, '')
    const from = before === 0 ? 0 : before + 1
    const to = Math.floor((shifted.length * 8) / 6)
    const core = whole.slice(from, to)
    if (core.length >= MIN_BASE64_CHARS) forms.push(core, urlSafe(core))
    if (before === 0) forms.push(whole, urlSafe(whole))
  }
  return forms.filter((form) => form.length >= MIN_BASE64_CHARS)
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_')
}

function escapeForPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
