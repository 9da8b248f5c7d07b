import {
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { VolleyError } from '../../core/base/errors.ts'
import type { SnapshotStore } from '../../ports.ts'
import { INTERIM_TAG } from './interim-tag.ts'

const INTERIM = /^runs\/[^/]+\/[^/]+\//

const NOT_FOUND = 404
/** The key exists. */
const PRECONDITION_FAILED = 412
/** Two conditional writers met: S3 decided for neither, and asks for another try. */
const CONFLICT = 409
const MAX_CONFLICTS = 10

/** Objects of a bucket. What to do where it can't be reached depends on IAM and the network: the message says which. */
export class S3Store implements SnapshotStore {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(client: S3Client, bucket: string) {
    this.#client = client
    this.#bucket = bucket
  }

  async put(key: string, body: Uint8Array | string): Promise<void> {
    await this.#send(key, body).catch((error) => {
      throw this.#failure('STORE_UNWRITABLE', 'write', key, error)
    })
  }

  async putOnce(key: string, body: Uint8Array | string): Promise<boolean> {
    for (let conflicts = 0; ; conflicts++) {
      try {
        await this.#send(key, body, '*')
        return true
      } catch (error) {
        if (statusOf(error) === PRECONDITION_FAILED) return false
        if (statusOf(error) !== CONFLICT || conflicts >= MAX_CONFLICTS)
          throw this.#failure('STORE_UNWRITABLE', 'write', key, error)
      }
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }))
      return await Body?.transformToByteArray()
    } catch (error) {
      if (statusOf(error) === NOT_FOUND && nameOf(error) === 'NoSuchKey') return undefined
      throw this.#failure('STORE_UNREADABLE', 'read', key, error)
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: this.#bucket, Prefix: prefix })
    try {
      for await (const { Contents = [] } of pages) for (const { Key } of Contents) if (Key) yield Key
    } catch (error) {
      throw this.#failure('STORE_UNREADABLE', 'list', prefix, error)
    }
  }

  async #send(key: string, body: Uint8Array | string, ifNoneMatch?: '*'): Promise<void> {
    await this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Body: body,
        // Told apart from a stream whose end nobody knows.
        ContentLength: Buffer.byteLength(body),
        IfNoneMatch: ifNoneMatch,
        ...(INTERIM.test(key) && { Tagging: new URLSearchParams(INTERIM_TAG).toString() }),
      }),
    )
  }

  #failure(
    code: 'STORE_UNWRITABLE' | 'STORE_UNREADABLE',
    verb: string,
    key: string,
    cause: unknown,
  ): VolleyError {
    const message = `can't ${verb} s3://${this.#bucket}/${key}: ${nameOf(cause)}: ${(cause as Error).message}`
    return new VolleyError(code, message, [], { cause })
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'error'
}
