import { describe, expect, it } from 'vitest'
import { hasModuleSyntax } from '../../../../lib/scenario/module-syntax.ts'

describe('the syntax of modules', () => {
  it.each([
    "import x from 'y'",
    "import 'y'",
    'import "y"',
    "import{x}from'y'",
    "import * as x from 'y'",
    "import type { X } from 'y'",
    "import type X from 'y'",
    'export default {}',
    'export const x = 1',
    'export async function f() {}',
    'export { x }',
    "export * from 'y'",
    'export interface X {}',
    'const a = 1; export { a }',
    "#!/usr/bin/env node\n'use strict'\n\n  export default 1",
    '/* a comment */ export default 1',
    "const text = `no\n`\nimport x from 'y'",
    "const it = 'isn\\'t'\nexport default it",
  ])('is in %s', (source) => {
    expect(hasModuleSyntax(source)).toBe(true)
  })

  it.each([
    "const x = require('y')",
    'module.exports = {}',
    "const x = await import('y')",
    "import('y').then(f)",
    'console.log(import.meta.url)',
    "// import x from 'y'",
    "/*\nimport x from 'y'\nexport default x\n*/",
    "const text = `\nimport x from 'y'\nexport default x\n`",
    "const text = 'export default'",
    'exports.default = 1',
    'const exporter = { export: 1 }',
    '',
  ])('is not in %s', (source) => {
    expect(hasModuleSyntax(source)).toBe(false)
  })
})
