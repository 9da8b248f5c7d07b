import { expect, it } from 'vitest'
import { resourcesOf } from './synthesized.ts'

/** Whatever changes its id is made again, and what it held is gone: a bucket with its results, a URL that callers know. */
it('has the resources it had, under the ids they had', async () => {
  const inventory = Object.entries(resourcesOf())
    .map(([id, { Type }]) => `${Type} ${id}`)
    // A deployment of the API is made again whenever a route changes, and is meant to be.
    .filter((line) => !line.startsWith('AWS::ApiGateway::Deployment'))
    .sort()
  await expect(`${inventory.join('\n')}\n`).toMatchFileSnapshot('template.snapshot.txt')
})
