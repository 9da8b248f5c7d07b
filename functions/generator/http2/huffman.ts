/** How many bits the code of each byte has: RFC 7541 appendix B. */
const LENGTHS = Uint8Array.of(
  ...[13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28],
  ...[28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28],
  ...[6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6],
  ...[5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10],
  ...[13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
  ...[7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  ...[15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5],
  ...[6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28],
  ...[20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23],
  ...[24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24],
  ...[22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23],
  ...[21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23],
  ...[26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25],
  ...[19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27],
  ...[20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23],
  ...[26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26],
)
const LONGEST = 30
/** Less than a byte is filled up with ones at the end. */
const MAX_PADDING_BITS = 7

/** A step takes four bits: no code is as short, so that one byte comes of it at most. */
const STEP_BITS = 4
const STEPS = 1 << STEP_BITS
/** What a step leads to: the next node, and the byte that came of it. */
const NODE = 0xff
const EMITS = 0x100
const FAILS = 0x200
const BYTE_SHIFT = 10

/** Nodes by what is left of a code; the last byte's code is followed by that of the end, which no text has. */
const children: number[][] = [[]]
const isPadding: boolean[] = [true]
const leaf = (byte: number): number => -1 - byte

/** Codes are in order: the shorter ones first, those of a length by their bytes. */
function growTree(): void {
  let code = 0
  for (let length = 1; length <= LONGEST; length++) {
    code *= 2
    for (let byte = 0; byte < LENGTHS.length; byte++)
      if (LENGTHS[byte] === length) graft(code++, length, byte)
  }
}

function graft(code: number, length: number, byte: number): void {
  let node = 0
  for (let bit = length - 1; bit > 0; bit--) node = childOf(node, (code >>> bit) & 1, length - bit)
  ;(children[node] as number[])[code & 1] = leaf(byte)
}

function childOf(node: number, bit: number, depth: number): number {
  const known = children[node]?.[bit]
  if (known !== undefined) return known
  const created = children.push([]) - 1
  isPadding[created] = bit === 1 && isPadding[node] === true && depth <= MAX_PADDING_BITS
  ;(children[node] as number[])[bit] = created
  return created
}

function stepsOf(): Uint32Array {
  const steps = new Uint32Array(children.length * STEPS)
  for (let node = 0; node < children.length; node++)
    for (let bits = 0; bits < STEPS; bits++) steps[node * STEPS + bits] = stepOf(node, bits)
  return steps
}

function stepOf(start: number, bits: number): number {
  let node = start
  let emitted = 0
  for (let bit = STEP_BITS - 1; bit >= 0; bit--) {
    const next = children[node]?.[(bits >>> bit) & 1]
    if (next === undefined) return FAILS
    if (next < 0) emitted = EMITS | (leaf(next) << BYTE_SHIFT)
    node = next < 0 ? 0 : next
  }
  return emitted | node
}

growTree()
const TO = stepsOf()

/**
 * Decodes the bytes from `start` to `end` into others, which must have room for 8/5 of them, and returns where those
 * end. -1 for what is no Huffman code: one that is cut off, or the code for the end.
 */
export function decodeHuffman(bytes: Buffer, start: number, end: number, into: Buffer, at: number): number {
  let node = 0
  let to = at
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    let step = TO[(node << STEP_BITS) | (byte >>> STEP_BITS)] as number
    if ((step & EMITS) !== 0) into[to++] = step >>> BYTE_SHIFT
    if ((step & FAILS) !== 0) return -1
    step = TO[((step & NODE) << STEP_BITS) | (byte & (STEPS - 1))] as number
    if ((step & EMITS) !== 0) into[to++] = step >>> BYTE_SHIFT
    if ((step & FAILS) !== 0) return -1
    node = step & NODE
  }
  return isPadding[node] === true ? to : -1
}
