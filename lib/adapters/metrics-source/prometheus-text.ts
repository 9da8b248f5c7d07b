/** One sample of a Prometheus exposition. Its own timestamp, if it has one, is left out. */
export interface PrometheusSample {
  name: string
  labels: ReadonlyMap<string, string>
  value: number
}

/*
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 *
 *   sample = name [ "{" [ label { "," label } [ "," ] ] "}" ] value [ timestamp ]
 *   label  = name "=" '"' { any character but \ " and newline | "\\" | '\"' | "\n" } '"'
 *
 * OpenMetrics may put an exemplar behind a "#".
 */
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(?:,|(?=\}))/y
const OPENING = /[ \t]*\{/y
const CLOSING = /[ \t]*\}/y
const VALUE = /[ \t]*(\S+)(?:[ \t]+-?\d+(?:\.\d+)?)?[ \t]*(?:#.*)?$/y
const MAX_QUOTE = 60

/** The samples of an exposition. Throws an `Error` for a line that is none. */
export function* parsePrometheusText(text: string): Iterable<PrometheusSample> {
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const sample = parseSample(trimmed)
    if (!sample) throw new Error(`line ${index + 1} is no Prometheus sample: ${trimmed.slice(0, MAX_QUOTE)}`)
    yield sample
  }
}

function parseSample(line: string): PrometheusSample | undefined {
  const name = matchAt(NAME, line, 0)
  if (!name) return undefined
  let at = NAME.lastIndex
  const labels = new Map<string, string>()
  if (matchAt(OPENING, line, at)) {
    at = OPENING.lastIndex
    for (let label = matchAt(LABEL, line, at); label; label = matchAt(LABEL, line, at)) {
      labels.set(label[1] ?? '', unescaped(label[2] ?? ''))
      at = LABEL.lastIndex
    }
    if (!matchAt(CLOSING, line, at)) return undefined
    at = CLOSING.lastIndex
  }
  const value = parseValue(matchAt(VALUE, line, at)?.[1])
  return value === undefined ? undefined : { name: name[0], labels, value }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (whole, character: string) =>
    character === 'n' ? '\n' : character === '"' || character === '\\' ? character : whole,
  )
}

/** A number as Prometheus writes it: `1.5e3`, `NaN`, `+Inf`. */
export function parseValue(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (/^nan$/i.test(text)) return Number.NaN
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text)
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const value = Number(text)
  return Number.isNaN(value) ? undefined : value
}
