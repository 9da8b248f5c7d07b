import type { Tags } from '../../../lib/core/metrics/metric.ts'
import type { LiveSeries } from './series.ts'

/** Tags may be written in as many orders as there are; beyond this, a series is found by its key. */
const MAX_PLACES = 20_000

interface Node {
  series: LiveSeries | undefined
  /** By the name of the next tag, then by its value. */
  next: Map<string, Map<string, Node>> | undefined
}

/** Finds series by their tags in the order they are written, without building a key of them. */
export class SeriesIndex {
  readonly #metrics = new Map<string, Node>()
  #places = 0

  find(metric: string, tags: Tags): LiveSeries | undefined {
    let node = this.#metrics.get(metric)
    for (const name in tags) node = node?.next?.get(name)?.get(tags[name] as string)
    return node?.series
  }

  add(metric: string, tags: Tags, series: LiveSeries): void {
    if (this.#places >= MAX_PLACES) return
    this.#places++
    let node = reached(this.#metrics, metric)
    for (const name in tags) {
      node.next ??= new Map()
      let values = node.next.get(name)
      if (!values) {
        values = new Map()
        node.next.set(name, values)
      }
      node = reached(values, tags[name] as string)
    }
    node.series = series
  }
}

function reached(nodes: Map<string, Node>, key: string): Node {
  let node = nodes.get(key)
  if (!node) {
    node = { series: undefined, next: undefined }
    nodes.set(key, node)
  }
  return node
}
