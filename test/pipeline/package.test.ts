import { execFileSync, spawn } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const { dependencies, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>
  version: string
}

/** What users write who have nothing but the package, in a project as `npm init -y` makes it. */
const SCENARIO = `import { defineScenario, type VirtualUser } from 'volley'

const visit = async (vu: VirtualUser): Promise<void> => {
  const page = await vu.get('/')
  vu.check('the page came', page.status === 200)
}

export default defineScenario({
  name: 'mine',
  target: {},
  flows: { visit: { run: visit } },
  profiles: { light: { executors: [{ executor: 'constant-vus', users: 2, duration: '1s' }] } },
})
`

let project: string
let files: string[]
let server: Server

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'volley-package-'))
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', project], { encoding: 'utf8' })
  const [{ filename, files: list }] = JSON.parse(packed.slice(packed.indexOf('['))) as [
    { filename: string; files: { path: string }[] },
  ]
  files = list.map(({ path }) => path)
  const modules = join(project, 'node_modules')
  mkdirSync(join(modules, 'volley'), { recursive: true })
  execFileSync('tar', [
    '-xzf',
    join(project, filename),
    '-C',
    join(modules, 'volley'),
    '--strip-components=1',
  ])
  // Nothing but what it declares: what is missing in there is missing for users.
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(resolve('node_modules', name), join(modules, name))
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', type: 'commonjs' }))
  writeFileSync(join(project, 'mine.ts'), SCENARIO)
  server = createServer((_request, response) => response.end('hello'))
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up))
}, 120_000)

afterAll(() => server.close())

/** The installed command line, in the user's project. */
function installed(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['node_modules/volley/bin/volley.mjs', ...args], {
    cwd: project,
    // Of no account: nothing may be deployed from here.
    env: {
      // biome-ignore lint/style/noProcessEnv: what it starts needs the user's PATH and home
      ...process.env,
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_PROFILE: '',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((end) => child.on('close', (code) => end({ code, stdout, stderr })))
}

describe('the package', () => {
  it('holds what was built and what explains it, and nothing that it was built or tested with', () => {
    const places = new Set(files.map((file) => (file.includes('/') ? `${file.split('/')[0]}/` : file)))
    expect([...places].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/',
      'cdk.json',
      'dist/',
      'docs/',
      'package.json',
      'schemas/',
    ])
    expect(files.filter((file) => file.startsWith('bin/'))).toEqual(['bin/volley.mjs'])
    expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([])
    expect(
      files.filter((file) => /^dist\/.*(?:\.test\.|local-cloud|write-schemas|build\.js)/.test(file)),
    ).toEqual([])
  })

  it('prints its version', async () => {
    expect(await installed('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('runs a scenario in TypeScript of a project that says it is CommonJS, with several generators', async () => {
    const { port } = server.address() as AddressInfo
    const target = `http://127.0.0.1:${port}`
    const out = join(project, 'run')
    const flags = ['--target', target, '--generators', '2', '--out', out, '--quiet']
    const { code, stdout, stderr } = await installed('run', './mine.ts', ...flags)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('✓ PASS  mine / light')
    expect(stdout).toContain('✓ Each check held 100 %')
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('uPlot')
  })

  it('runs a suite of its own against the model target that comes with it', async () => {
    const out = join(project, 'suite')
    const flags = ['--profile', 'smoke', '--duration', '3s', '--out', out, '--quiet']
    const { code, stdout } = await installed('run', 'codepal', ...flags)
    expect(stdout).toContain('codepal / smoke')
    expect(stdout).toMatch(/requests +total [1-9]/)
    // Whether it keeps all its limits depends on the machine.
    expect([0, 1, 3]).toContain(code)
  })

  it('says what to install where it is to be deployed without CDK', async () => {
    const { code, stderr } = await installed('deploy', '-c', 'allowedTargets=https://shop.example')
    expect(stderr).toContain('npm i -D aws-cdk aws-cdk-lib constructs cdk-nag')
    expect(code).toBe(5)
  })

  it('deploys what it brought, and a folder of scenarios, by the CDK of the project', async () => {
    for (const name of ['aws-cdk', 'aws-cdk-lib', 'constructs', 'cdk-nag', 'esbuild'])
      symlinkSync(resolve('node_modules', name), join(project, 'node_modules', name))
    mkdirSync(join(project, 'load'))
    writeFileSync(join(project, 'load/checkout.ts'), SCENARIO)
    const flags = [
      '--scenarios',
      './load',
      '--output',
      'cdk.out',
      '--no-notices',
      '--method',
      'prepare-change-set',
    ]
    const settings = ['-c', 'deployment=one', '-c', 'allowedTargets=https://shop.example,127.0.0.1']
    const { stderr } = await installed('deploy', ...settings, ...flags)
    // Where it would be deployed to, nothing here says.
    expect(stderr).toMatch(/Unable to resolve AWS account|credentials/)
    const template = readFileSync(join(project, 'cdk.out/Volley-one.template.json'), 'utf8')
    expect(template).toContain('"VOLLEY_ALLOWED_TARGETS": "https://shop.example,127.0.0.1"')
    expect(template).toContain('"nodejs24.x"')
    const codes = globSync('cdk.out/asset.*/index.mjs', { cwd: project })
    expect(new Set(codes).size).toBe(7)
    expect(
      globSync('cdk.out/asset.*/scenarios/{checkout,codepal}/scenario.mjs', { cwd: project }),
    ).toHaveLength(8)
  })

  it('gives types to a project without any setting of the compiler', () => {
    const types = (text: string): string => {
      writeFileSync(join(project, 'typed.ts'), text)
      try {
        return execFileSync(resolve('node_modules/.bin/tsc'), ['--noEmit', 'typed.ts'], {
          cwd: project,
          encoding: 'utf8',
        })
      } catch (error) {
        return String((error as { stdout?: string }).stdout)
      }
    }
    expect(types(SCENARIO)).toBe('')
    expect(types(SCENARIO.replace('page.status', 'page.statusCode'))).toContain('TS2339')
  })
})
