import { isAnyArrayBuffer } from 'node:util/types'
import { badOption } from '../../../lib/core/base/refusal.ts'

/** What stands for bytes in the hands of a flow. */
type GivenBytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer

export function isBytes(value: unknown): value is GivenBytes {
  return ArrayBuffer.isView(value) || isAnyArrayBuffer(value)
}

/**
 * The bytes that a value stands for, exactly: those of the whole buffer, or of the part that a view shows. They are still the flow's,
 * which may change them. Throws a `FlowError` of class `bad_request_options` where the memory has been given away.
 */
export function viewOf(field: string, value: GivenBytes): Uint8Array {
  try {
    // Built from the numbers, which are checked against the memory: a length that is not true throws.
    return ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value)
  } catch {
    throw badOption(field, value, 'bytes that have not been transferred or detached')
  }
}

/** The same as a copy: what is sent are the bytes of this moment, whenever it is sent. */
export function bytesOf(field: string, value: GivenBytes): Buffer {
  return Buffer.from(viewOf(field, value))
}
