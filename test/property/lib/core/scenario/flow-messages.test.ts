import { type AddressInfo, createServer } from 'node:net'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { FlowError, type MessageLink, type VirtualRpc } from '../../../../../lib/core/scenario/flow.ts'
import { probeSession, WITHIN } from '../../../../contract/session-probe.ts'
import { lineServer } from '../../../../contract/wire-server.ts'

const anything = fc.oneof(
  fc.anything({
    ...{ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true },
    ...{ withNullPrototype: true, withSparseArray: true, maxDepth: 2 },
  }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom<unknown>(
    ...[
      () => 'x',
      Promise.resolve('x'),
      Symbol('s'),
      new ArrayBuffer(5),
      new SharedArrayBuffer(5),
      undefined,
    ],
    ...[new DataView(new ArrayBuffer(9), 3, 4), new Float64Array([1.5]), 'a\nb', '\ud800', Number.NaN, null],
  ),
)

interface Sent {
  data: Buffer
  isBinary: boolean
}

/** What a server has to see of a message, by the means of Node alone. */
function expectedOf(given: unknown): Sent {
  if (typeof given === 'string') return { data: Buffer.from(given), isBinary: false }
  if (ArrayBuffer.isView(given))
    return {
      data: Buffer.from(given.buffer.slice(given.byteOffset, given.byteOffset + given.byteLength)),
      isBinary: true,
    }
  if (given instanceof ArrayBuffer || given instanceof SharedArrayBuffer)
    return { data: Buffer.from(given.slice(0)), isBinary: true }
  return { data: Buffer.from(JSON.stringify(given)), isBinary: false }
}

function sent(link: MessageLink, given: unknown): boolean {
  try {
    link.send(given as string)
    return true
  } catch (error) {
    if (!(error instanceof FlowError) || error.errorClass !== 'bad_request_options') throw error
    return false
  }
}

it('a WebSocket carries exactly what it is given, or refuses it and goes on', {
  timeout: 30_000,
}, async () => {
  const received: Sent[] = []
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket) =>
    socket.on('message', (data: Buffer, isBinary) => {
      received.push({ data, isBinary })
      if (!isBinary && data.toString() === 'done?') socket.send('done')
    }),
  )
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  const { session, recorded } = probeSession(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const link = await session.openSocket('/', {}, WITHIN)
  let messages = 0
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { maxLength: 5 }), async (all) => {
      received.length = 0
      const expected = all.filter((given) => sent(link, given)).map(expectedOf)
      expect((await link.request('done?')).data).toBe('done')
      expect(received.slice(0, -1)).toEqual(expected)
      messages += received.length
    }),
    { numRuns: 300 },
  )
  expect(recorded('ws_msgs_sent')).toMatchObject([{ sum: messages }])
})

it('a TCP connection carries exactly what it is given in a line, or refuses it and goes on', {
  timeout: 30_000,
}, async () => {
  let received: Buffer[] = []
  let onDone: () => void = () => undefined
  let held = Buffer.alloc(0)
  const server = createServer((socket) =>
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk])
      for (let end = held.indexOf(10); end !== -1; end = held.indexOf(10)) {
        received.push(Buffer.from(held.subarray(0, end)))
        held = held.subarray(end + 1)
      }
      if (received.at(-1)?.toString() === 'done?') onDone()
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { session } = probeSession('http://127.0.0.1:9')
  const link = await session.openTcp(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, {}, WITHIN)
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { maxLength: 5 }), async (all) => {
      received = []
      const done = new Promise<void>((resolve) => {
        onDone = resolve
      })
      const expected = all.filter((given) => sent(link, given)).map((given) => expectedOf(given).data)
      link.send('done?')
      await done
      expect(received.slice(0, -1)).toEqual(expected)
    }),
    { numRuns: 300 },
  )
  await link.close()
})

it('a peer calls with exactly the params it is given, or refuses them and goes on', {
  timeout: 30_000,
}, async () => {
  const params: unknown[] = []
  const { origin } = await lineServer((line, socket) => {
    const message = JSON.parse(line)
    params.push(message.params)
    if (message.id !== undefined)
      socket.write(`{"jsonrpc":"2.0","id":${message.id},"result":${message.id}}\n`)
  })
  const { session, recorded } = probeSession(origin)
  const peer: VirtualRpc = await session.openRpc('tcp:', {}, WITHIN)
  let calls = 0
  const refusedOr = async (asked: Promise<unknown>): Promise<boolean> => {
    try {
      await asked
      return true
    } catch (error) {
      expect(error).toMatchObject({ name: 'FlowError', errorClass: 'bad_request_options' })
      return false
    }
  }
  await fc.assert(
    fc.asyncProperty(anything, anything, async (given, other) => {
      params.length = 0
      if (await refusedOr(peer.call('ask', given))) {
        calls++
        expect(params).toEqual(given === undefined ? [undefined] : [JSON.parse(JSON.stringify(given))])
      } else expect(params).toEqual([])
      // What stands where a method, options or a batch should be is refused, and nothing of it is sent.
      params.length = 0
      if (await refusedOr(peer.call(other as string))) {
        calls++
        expect(typeof other).toBe('string')
      } else expect(params).toEqual([])
      if (await refusedOr(peer.call('ask', 1, other as never))) calls++
      expect(await refusedOr(peer.batch(other as never))).toBe(false)
      expect(await refusedOr(peer.batch([other] as never))).toBe(false)
    }),
    { numRuns: 300 },
  )
  const counted = recorded('rpc_calls').map((series) => (series.kind === 'counter' ? series.sum : 0))
  expect(counted.reduce((a, b) => a + b, 0)).toBe(calls)
  expect(recorded('rpc_failed').filter((series) => series.kind === 'rate' && series.trues > 0)).toEqual([])
})
