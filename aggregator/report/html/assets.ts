import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Everything that the page carries inside itself. */
export interface Assets {
  chartScript: string
  chartStyle: string
  style: string
  /** Runs before the page is painted. */
  earlyScript: string
  script: string
}

const STYLES = [
  'palette',
  'page',
  'verdict',
  'table',
  'thresholds',
  'chart',
  'incidents',
  'forced-colors',
  'print',
]
/** In the order of their imports: each needs only those before it. */
const MODULES = [
  'figure',
  'status',
  'theme',
  'series',
  'bands',
  'faults',
  'bounds',
  'legend',
  'tooltip',
  'cursor',
  'plot',
  'timeline',
  'distribution',
  'sorting',
  'printing',
  'main',
]

/** Reads the page's scripts and styles from beside this file, and uPlot's from its package. */
export function loadAssets(): Assets {
  const require = createRequire(import.meta.url)
  const own = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
  const ofPackage = (path: string) => readFileSync(require.resolve(path), 'utf8')
  return {
    chartScript: ofPackage('uplot/dist/uPlot.iife.min.js'),
    chartStyle: ofPackage('uplot/dist/uPlot.min.css'),
    style: STYLES.map((name) => own(`./style/${name}.css`)).join('\n'),
    earlyScript: own('./client/early.js'),
    script: MODULES.map((name) => unmodule(own(`./client/${name}.js`))).join('\n'),
  }
}

/** Modules that stand one behind the other in one script need neither import nor export. */
function unmodule(source: string): string {
  return source.replace(/^import .*\n/gm, '').replace(/^export /gm, '')
}
