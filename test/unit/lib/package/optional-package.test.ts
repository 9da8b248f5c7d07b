import { expect, it } from 'vitest'
import { optionalPackage } from '../../../../lib/package/optional-package.ts'

const need = { what: 'cloudwatch sources', packages: ['@aws-sdk/a', '@aws-sdk/b'] }
const failure = (code: string, message: string) => async () => {
  throw Object.assign(new Error(message), { code })
}

it('hands out what it loads', async () => {
  expect(await optionalPackage(async () => 7, need)).toBe(7)
})

it('says what to install where one of the packages is missing', async () => {
  const load = failure('ERR_MODULE_NOT_FOUND', "Cannot find package '@aws-sdk/b' imported from /x.js")
  await expect(optionalPackage(load, need)).rejects.toMatchObject({
    code: 'SETUP_FAILED',
    message: 'cloudwatch sources need @aws-sdk/a and @aws-sdk/b',
    mistakes: [
      {
        field: 'packages',
        value: 'not installed',
        limit: '@aws-sdk/a and @aws-sdk/b',
        next: 'npm i -D @aws-sdk/a @aws-sdk/b',
      },
    ],
  })
})

it.each([
  ['ERR_MODULE_NOT_FOUND', "Cannot find package 'tslib' imported from /node_modules/@aws-sdk/b/x.js"],
  ['ERR_OTHER', "'@aws-sdk/b' is broken"],
])('leaves %s alone where something else is wrong: %s', async (code, message) => {
  await expect(optionalPackage(failure(code, message), need)).rejects.toMatchObject({ code, message })
})
