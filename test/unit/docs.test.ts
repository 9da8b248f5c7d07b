import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorClassOf } from '../../functions/generator/metering/error-class.ts'
import { type ErrorCode, EXIT, VolleyError } from '../../lib/core/base/errors.ts'
import { BUILT_IN_METRICS } from '../../lib/core/metrics/built-in-metrics.ts'
import { BUILT_IN_TAGS } from '../../lib/core/plan/overflow.ts'
import { PUBLISHED_GAUGES, PUBLISHED_METRICS, seriesUnitOf } from '../../lib/core/results/published.ts'
import { checkScenario } from '../../lib/core/scenario/check-scenario.ts'
import { settingsSchema } from '../../lib/infra/settings/settings.ts'
import codepal from '../../scenarios/codepal/scenario.ts'
import codepalTarget from '../../scenarios/codepal/target.ts'

const ENTRY = resolve('bin/volley.mjs')
const AUTHORING = resolve('lib/index.ts')
const PAGES = globSync('{*,docs/**/*,scenarios/*/*}.md').map((file) => ({
  file,
  text: readFileSync(file, 'utf8'),
}))

const pageOf = (file: string): string => PAGES.find((page) => page.file === file)?.text ?? ''

interface Block {
  file: string
  language: string
  text: string
}

const BLOCKS: Block[] = PAGES.flatMap(({ file, text }) =>
  Array.from(text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm), ([, language = '', block = '']) => ({
    file,
    language,
    text: block,
  })),
)
const TYPESCRIPT = BLOCKS.filter(({ language }) => language === 'ts')
const SCENARIOS = TYPESCRIPT.filter(({ text }) => text.includes('export default defineScenario'))

/** Every `volley …` in shell blocks and in inline code, as words without `volley` itself. */
const CALLS = PAGES.flatMap(({ file, text }) => {
  const shell = BLOCKS.filter((block) => block.file === file && block.language === 'sh')
  const lines = shell.flatMap((block) => block.text.replaceAll('\\\n', ' ').split(/\n|&&/))
  const inline = Array.from(text.matchAll(/`([^`\n]+)`/g), ([, code = '']) => code)
  return [...lines, ...inline].flatMap((line) => {
    const call = /^\s*(?:npx (?:--prefix \S+ )?)?volley\s+(\S.*)$/.exec(line)?.[1]
    return call === undefined ? [] : [{ file, call, words: call.trim().split(/\s+/) }]
  })
})

function help(...command: string[]): string {
  return execFileSync(process.execPath, [ENTRY, ...command, '--help'], { encoding: 'utf8' })
}

function flagsOf(...command: string[]): string[] {
  const flags = Array.from(help(...command).matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm), ([, flag = '']) => flag)
  return flags.filter((flag) => flag !== '--help')
}

const COMMANDS = Array.from(help().matchAll(/^ {2}(\w+) \[options\]/gm), ([, name = '']) => name)
const FLAGS = new Map(COMMANDS.map((command) => [command, flagsOf(command)] as const))
/** Those that stand in the place of a command. */
const OWN_FLAGS = flagsOf()

/** Cells of the table whose first column has this name, without the padding of its source. */
function tableOf(file: string, firstColumn: string): string[][] {
  const lines = pageOf(file).split('\n')
  const head = lines.findIndex((line) => line.startsWith('|') && cellsOf(line)[0] === firstColumn)
  expect([file, firstColumn, head]).not.toEqual([file, firstColumn, -1])
  const rest = lines.slice(head + 2)
  const end = rest.findIndex((line) => !line.startsWith('|'))
  return rest.slice(0, end === -1 ? undefined : end).map(cellsOf)
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())

const plain = (cell = ''): string => cell.replace(/^`(.*)`$/, '$1')
const codesIn = (cell = ''): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code)

describe('commands in the documentation', () => {
  it('are all of those there are', () => {
    const named = tableOf('docs/running.md', 'command').map(([command]) => plain(command))
    expect(named).toEqual(COMMANDS.map((command) => `volley ${command}`))
  })

  it.each(CALLS)('in $file: volley $call', ({ words: [command = '', ...rest] }) => {
    expect([...COMMANDS, ...OWN_FLAGS]).toContain(command)
    if (OWN_FLAGS.includes(command)) return
    const flags = rest.filter((word) => word.startsWith('--'))
    expect(FLAGS.get(command)).toEqual(expect.arrayContaining(flags))
    if (rest[0] !== 'codepal') return
    const given = (flag: string): string[] => rest.filter((_, i) => rest[i - 1] === flag)
    expect(Object.keys(codepal.profiles)).toEqual(expect.arrayContaining(given('--profile')))
    expect(codepalTarget.conditions).toEqual(expect.arrayContaining(given('--condition')))
  })

  it('explain every flag there is, and no other', () => {
    const section = /## Flags\n([\s\S]*?)\n## /.exec(pageOf('docs/running.md'))?.[1] ?? ''
    const explained = new Set(section.match(/--[a-z][\w-]*/g))
    expect([...explained].sort()).toEqual([...new Set([...OWN_FLAGS, ...[...FLAGS.values()].flat()])].sort())
  })
})

describe('links in the documentation', () => {
  const links = PAGES.flatMap(({ file, text }) =>
    Array.from(text.matchAll(/\]\((?!https?:)([^)]+)\)/g), ([, link = '']) => ({ file, link })),
  )

  it.each(links)('in $file: $link', ({ file, link }) => {
    const [path = '', anchor] = link.split('#')
    const page = path === '' ? file : join(dirname(file), path)
    expect(existsSync(page)).toBe(true)
    if (anchor === undefined) return
    const headings = Array.from(pageOf(page).matchAll(/^#+ (.*)$/gm), ([, heading = '']) => anchorOf(heading))
    expect(headings).toContain(anchor)
  })
})

describe('files of the code that the documentation names', () => {
  const known = new Set(
    globSync('{bin,lib,functions,aggregator,scenarios,test,bench}/**/*.{ts,mjs}').flatMap((path) => [
      path,
      basename(path),
    ]),
  )
  const pages = PAGES.filter(({ file }) =>
    /^(CONTRIBUTING|docs\/(architecture|decisions\/.*))\.md$/.test(file),
  )
  const named = pages.flatMap(({ file, text }) =>
    Array.from(text.matchAll(/`([\w./-]+\.(?:ts|mjs))`/g), ([, name = '']) => ({ file, name })),
  )

  it.each(named)('are there: $name in $file', ({ name }) => {
    expect(known).toContain(name)
  })
})

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

describe('the map of the code', () => {
  it('names every room, in their order', () => {
    const source = readFileSync('test/unit/rooms.test.ts', 'utf8')
    const list = /const ROOMS = \[\n([\s\S]*?)\n\] as const/.exec(source)?.[1] ?? ''
    const rooms = Array.from(list.matchAll(/'([^']+)'/g), ([, room]) => room)
    expect(rooms.length).toBeGreaterThan(40)
    expect(tableOf('docs/architecture.md', 'room').flatMap(([names]) => codesIn(names))).toEqual(rooms)
  })

  it('leads to every decision, once, by a number of its own', () => {
    const index = pageOf('docs/decisions/README.md').replace(/\n +/g, ' ')
    const listed = Array.from(index.matchAll(/^- (\d+): \[(.*)\]\((.*)\)$/gm), ([, ...entry]) => entry)
    const pages = PAGES.filter(({ file }) => /^docs\/decisions\/\d/.test(file)).map(({ file, text }) => [
      String(Number(basename(file).slice(0, 3))),
      /^# (.*)$/m.exec(text)?.[1],
      basename(file),
    ])
    expect(listed.sort()).toEqual(pages.sort())
    expect(new Set(pages.map(([number]) => number)).size).toBe(pages.length)
  })
})

describe('the lines of the documentation', () => {
  it.each(PAGES)('have at most 100 characters, but in tables and where a link stands: $file', ({ text }) => {
    const lines = text.split('\n').filter((line) => !line.startsWith('|') && !line.includes(']('))
    expect(lines.filter((line) => line.length > 100)).toEqual([])
  })
})

describe('the words of the documentation', () => {
  it.each(PAGES)('are those of an English writer: $file', ({ text }) => {
    const translated = /\b(mend(s|ed|ing)?|anew|whoever|nobody|(is|are) told(?! apart)|in good order)\b/gi
    expect(text.match(translated) ?? []).toEqual([])
  })
})

describe('tables in the documentation', () => {
  it('name all tags that Volley sets', () => {
    const tags = tableOf('docs/thresholds.md', 'metric').flatMap(([, , , , tags = '']) => tags.split(', '))
    const named = new Set(tags.filter((tag) => tag !== '' && tag !== 'own'))
    expect([...named].sort()).toEqual([...BUILT_IN_TAGS].sort())
  })

  it('name every built-in metric with its kind and unit', () => {
    const rows = tableOf('docs/thresholds.md', 'metric').map(([name, kind, unit]) => [
      plain(name),
      { kind, unit },
    ])
    expect(Object.fromEntries(rows)).toEqual(BUILT_IN_METRICS)
  })

  it('explain every setting of a deployment', () => {
    const named = tableOf('docs/deploying.md', 'setting').map(([name]) => plain(name))
    expect(named).toEqual(Object.keys(settingsSchema.shape))
  })

  it('name every series that each run publishes, with its unit', () => {
    const rows = tableOf('docs/deploying.md', 'series').map(([name, unit]) => [plain(name), unit])
    const metrics = PUBLISHED_METRICS.map((metric) => [metric, seriesUnitOf({ metrics: {} }, metric)])
    expect(rows).toEqual([...metrics, ...Object.entries(PUBLISHED_GAUGES)])
  })

  it.each(['README.md', 'docs/running.md'])('name every exit code: %s', (file) => {
    const codes = tableOf(file, 'code').map(([code]) => Number(code))
    expect(codes).toEqual(Object.values(EXIT).sort((a, b) => a - b))
  })

  it('lead every error code to its exit code', () => {
    for (const [exit, , errors] of tableOf('docs/running.md', 'code'))
      for (const code of codesIn(errors))
        expect([code, new VolleyError(code as ErrorCode, '').exitCode]).toEqual([code, Number(exit)])
  })

  it('put every code of an error into the class that it has', () => {
    const rows = tableOf('docs/errors.md', 'class')
    for (const [errorClass, , codes] of rows)
      for (const code of codesIn(codes))
        expect([code, errorClassOf(Object.assign(new Error(code), { code }))]).toEqual([
          code,
          plain(errorClass),
        ])
  })

  it('name every class that an error on the wire can have', () => {
    const source = readFileSync('functions/generator/metering/error-class.ts', 'utf8')
    const returned = Array.from(source.matchAll(/^ {2}(?:\w+: |\[\/.*, )'([a-z_]+)'/gm), ([, name]) => name)
    expect(returned.length).toBeGreaterThan(15)
    const named = tableOf('docs/errors.md', 'class').map(([name]) => plain(name))
    expect(named).toEqual(expect.arrayContaining(returned))
  })

  it('name every row of the CodePal suite with its metric', () => {
    const { thresholds = [], profiles } = codepal
    const own = Object.values(profiles).flatMap((profile) => profile.thresholds ?? [])
    const rows = tableOf('scenarios/codepal/README.md', 'group').map(([group, title, metric]) => [
      group,
      title,
      plain(metric),
    ])
    const judged = [...thresholds, ...new Set(own)].map(({ group, title, metric }) => [group, title, metric])
    expect(rows).toEqual(judged)
  })

  it('name every flow of the CodePal suite with its weight, and every profile', () => {
    const file = 'scenarios/codepal/README.md'
    const flows = tableOf(file, 'flow').map(([name, weight]) => [plain(name), Number(weight)])
    expect(flows).toEqual(Object.entries(codepal.flows).map(([name, { weight }]) => [name, weight]))
    const profiles = tableOf(file, 'profile').map(([name, executor]) => [plain(name), plain(executor)])
    const written = Object.entries(codepal.profiles)
    expect(profiles).toEqual(written.map(([name, { executors }]) => [name, executors[0]?.executor]))
  })
})

describe('TypeScript in the documentation', () => {
  const directory = mkdtempSync(join(tmpdir(), 'volley-docs-'))

  it.each(SCENARIOS)('is a valid scenario where it is a whole one: $file', async ({ text }) => {
    const file = join(mkdtempSync(join(directory, 'scenario-')), 'scenario.ts')
    writeFileSync(file, text.replace("from 'volley'", `from '${AUTHORING}'`))
    const { mistakes } = checkScenario((await import(file)).default)
    expect(mistakes).toEqual([])
  })

  it('uses what there is, as it is typed', () => {
    for (const [i, { text }] of TYPESCRIPT.entries())
      writeFileSync(join(directory, `block-${i}.ts`), wholeFile(text))
    const options = {
      ...{ strict: true, noEmit: true, module: 'nodenext', target: 'es2024', lib: ['es2024'] },
      ...{ skipLibCheck: true, allowImportingTsExtensions: true, erasableSyntaxOnly: true },
      ...{ types: ['node'], typeRoots: [resolve('node_modules/@types')], paths: { volley: [AUTHORING] } },
    }
    const project = { compilerOptions: options, include: ['block-*.ts'] }
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(project))
    expect(typeErrors(directory)).toBe('')
  })
})

/** A block on its own: a whole file as it is, fields of a scenario as such, else what a flow does. */
function wholeFile(text: string): string {
  if (text.includes('export default')) return text
  const head = `import { csv, defineScenario, json, type HttpResponse, type VirtualSocket, type VirtualUser } from 'volley'\n`
  return /^\w+: [[{]/.test(text)
    ? `${head}export const part: Partial<Parameters<typeof defineScenario>[0]> = {\n${text}}\n`
    : `${head}export async function flow(vu: VirtualUser<any, any, any>): Promise<void> {\n${text}}\n`
}

function typeErrors(directory: string): string {
  try {
    return execFileSync('node_modules/.bin/tsc', ['-p', directory], { encoding: 'utf8' })
  } catch (error) {
    return String((error as { stdout?: string }).stdout)
  }
}

describe('the figures of the README', () => {
  it('are those of the latest bench', () => {
    const bench = readFileSync('bench/results/latest.md', 'utf8')
    const row = (client: string): number[] =>
      (new RegExp(`^\\| ${client}[^|]* \\|(.*)\\|$`, 'm').exec(bench)?.[1] ?? '')
        .split('|')
        .map((cell) => Number(cell.replace(/[,%]/g, '')))
    const [perSecond = 0, toWrk = 0] = row('Volley')
    const times = (client: string): string => String(Math.round(row(client)[2] ?? 0))
    const thousands = String(Math.round(perSecond / 1_000))
    const told = pageOf('README.md').replace(/\s+/g, ' ')
    expect(told).toContain(`makes ${thousands},000 requests a second on one core`)
    expect(told).toContain(
      `${toWrk.toFixed(2)} of what wrk sends of one fixed request, ${times('k6')} times k6, ${times('Artillery')} times`,
    )
  })
})
