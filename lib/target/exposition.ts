interface Described {
  name: string
  help: string
}

/** One metric of a target, read whenever it is scraped. */
export type Family =
  | (Described & { type: 'gauge' | 'counter'; read: () => number })
  | (Described & { type: 'gauge'; label: string; readEach: () => Iterable<readonly [string, number]> })

/** A page in the Prometheus text format. */
export interface Exposition {
  contentType: string
  render(): string
}

const SPECIAL: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' }

export function exposition(families: readonly Family[]): Exposition {
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    render: () => `${families.map(familyText).join('\n\n')}\n`,
  }
}

function familyText(family: Family): string {
  const { name, help, type } = family
  const head = [`# HELP ${name} ${escaped(help, /[\\\n]/g)}`, `# TYPE ${name} ${type}`]
  if (!('readEach' in family)) return [...head, `${name} ${numberText(family.read())}`].join('\n')
  const samples = [...family.readEach()].map(
    ([value, number]) => `${name}{${family.label}="${escaped(value, /[\\\n"]/g)}"} ${numberText(number)}`,
  )
  return [...head, ...samples].join('\n')
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, (character) => SPECIAL[character] as string)
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'
}
