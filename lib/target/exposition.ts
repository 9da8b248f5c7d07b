import { Counter, Gauge, Registry } from 'prom-client'

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
  render(): Promise<string>
}

export function exposition(families: readonly Family[]): Exposition {
  const registry = new Registry()
  for (const family of families) register(registry, family)
  return { contentType: registry.contentType, render: () => registry.metrics() }
}

function register(registry: Registry, family: Family): void {
  const described = { name: family.name, help: family.help, registers: [registry] }
  if ('readEach' in family) {
    const { label, readEach } = family
    new Gauge({
      ...described,
      labelNames: [label],
      collect() {
        this.reset()
        for (const [value, number] of readEach()) this.set({ [label]: value }, number)
      },
    })
  } else if (family.type === 'gauge') {
    new Gauge({
      ...described,
      collect() {
        this.set(family.read())
      },
    })
  } else {
    new Counter({
      ...described,
      collect() {
        this.reset()
        this.inc(family.read())
      },
    })
  }
}
