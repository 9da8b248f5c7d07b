/** Puts every suite, ready to run on Node 24, and its data beside a function's code. Run by the bundling of functions. */
import { cp, mkdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { besideScenario, loadScenario, suiteNames } from '../scenario-file.ts'

const AUTHORING = fileURLToPath(new URL('../index.ts', import.meta.url))

/** Bundles one scenario into `folder/scenario.mjs`, its data files at the same places relative to it. */
export async function bundleScenario(nameOrFile: string, folder: string): Promise<void> {
  const { scenario, module } = await loadScenario(nameOrFile)
  const file = fileURLToPath(module)
  await build({
    entryPoints: [file],
    outfile: join(folder, 'scenario.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    alias: { volley: AUTHORING },
    logLevel: 'error',
  })
  for (const { path } of Object.values(scenario.data)) {
    const source = besideScenario(module, path)
    const copy = join(folder, relative(dirname(file), source))
    await mkdir(dirname(copy), { recursive: true })
    await cp(source, copy)
  }
}

if (import.meta.main) {
  const out = process.argv[2] as string
  await Promise.all(suiteNames().map((name) => bundleScenario(name, join(out, 'scenarios', name))))
}
