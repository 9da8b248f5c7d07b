import { describe, expect, it } from 'vitest'
import { parseRpc, RpcError } from '../../../../../lib/core/protocol/json-rpc.ts'

describe('the class of a JSON-RPC error', () => {
  it.each([
    [-32700, 'rpc_parse_error'],
    [-32600, 'rpc_invalid_request'],
    [-32601, 'rpc_method_not_found'],
    [-32602, 'rpc_invalid_params'],
    [-32603, 'rpc_internal_error'],
    [-32000, 'rpc_server_error'],
    [-32099, 'rpc_server_error'],
    [-32100, 'rpc_error'],
    [-1, 'rpc_error'],
    [404, 'rpc_error'],
  ])('of the code %i is %s', (code, errorClass) => {
    expect(new RpcError(code, 'no')).toMatchObject({
      errorClass,
      code,
      name: 'RpcError',
      message: `no (${code})`,
    })
  })
})

describe('a JSON-RPC text', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":1,"result":null}', [{ kind: 'result', id: 1, result: null }]],
    ['{"jsonrpc":"2.0","id":"a","result":{}}', [{ kind: 'result', id: 'a', result: {} }]],
    ['{"jsonrpc":"2.0","id":0,"method":"m"}', [{ kind: 'request', id: 0, method: 'm', params: undefined }]],
    ['{"jsonrpc":"2.0","method":"m","params":[1]}', [{ kind: 'notification', method: 'm', params: [1] }]],
    ['[]', []],
  ])('%s is understood', (text, messages) => expect(parseRpc(text)).toEqual(messages))

  it('tells errors with an id, and without', () => {
    const [one, two] = parseRpc(
      '[{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"x","data":2}},{"jsonrpc":"2.0","error":{"code":-32700,"message":"y"}}]',
    )
    expect(one).toMatchObject({ kind: 'error', id: 7, error: { code: 1, data: 2 } })
    expect(two).toMatchObject({ kind: 'error', id: null, error: { errorClass: 'rpc_parse_error' } })
  })

  it.each([
    ['', 'a message is no JSON: an empty line'],
    ['nul', 'a message is no JSON: nul'],
    ['1', 'a message is no JSON-RPC 2.0: 1'],
    ['{"jsonrpc":"2.0","id":1}', 'a message is no JSON-RPC 2.0: {"jsonrpc":"2.0","id":1}'],
    ['{"id":1,"result":1}', 'a message is no JSON-RPC 2.0: {"id":1,"result":1}'],
    [
      '{"jsonrpc":"2.0","id":1,"error":"no"}',
      'a message is no JSON-RPC 2.0: {"jsonrpc":"2.0","id":1,"error":"no"}',
    ],
    ['{"jsonrpc":"2.0","result":1}', 'a message is no JSON-RPC 2.0: {"jsonrpc":"2.0","result":1}'],
    [`"${'x'.repeat(80)}"`, `a message is no JSON-RPC 2.0: "${'x'.repeat(59)}…`],
  ])('%s is not', (text, message) => {
    expect(() => parseRpc(text)).toThrow(
      expect.objectContaining({ errorClass: 'malformed_message', message }),
    )
  })
})
