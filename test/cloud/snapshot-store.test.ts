import { CreateBucketCommand, GetObjectTaggingCommand } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { S3Store } from '../../lib/adapters/snapshot-store/s3.ts'
import { snapshotStoreContract } from '../contract/snapshot-store.contract.ts'
import { s3 } from './deployment.ts'

let buckets = 0

async function freshBucket(): Promise<string> {
  const Bucket = `volley-contract-${++buckets}`
  await s3.send(new CreateBucketCommand({ Bucket }))
  return Bucket
}

snapshotStoreContract('s3', async () => new S3Store(s3, await freshBucket()))

it('lists more keys than one page holds', async () => {
  const store = new S3Store(s3, await freshBucket())
  const keys = Array.from({ length: 1_050 }, (_, i) => `runs/a/snapshots/0/${i}-0-0`)
  await Promise.all(keys.map((key) => store.put(key, '')))
  const listed: string[] = []
  for await (const key of store.list('runs/a/snapshots/')) listed.push(key)
  expect(new Set(listed)).toEqual(new Set(keys))
})

it('says which bucket cannot be read or written', async () => {
  const store = new S3Store(s3, 'volley-nobody-made')
  const message = expect.stringContaining('s3://volley-nobody-made/k: NoSuchBucket')
  await expect(store.get('k')).rejects.toMatchObject({ code: 'STORE_UNREADABLE', message })
  await expect(store.put('k', '')).rejects.toMatchObject({ code: 'STORE_UNWRITABLE', message })
  await expect(store.list('k')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'STORE_UNREADABLE',
    message,
  })
})

it('marks what only judging needs, and nothing else, to be removed after a while', async () => {
  const bucket = await freshBucket()
  const store = new S3Store(s3, bucket)
  const tagsOf = async (Key: string): Promise<unknown> => {
    await store.put(Key, '')
    return (await s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key }))).TagSet
  }
  expect(await tagsOf('runs/a/snapshots/0/0-0-0')).toEqual([{ Key: 'volley', Value: 'interim' }])
  expect(await tagsOf('runs/a/verdict.json')).toEqual([])
})
