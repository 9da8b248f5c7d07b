import { describe, expect, it } from 'vitest'
import { errorClassOf, errorMessageOf } from '../../../../../functions/generator/metering/error-class.ts'
import { VolleyError } from '../../../../../lib/core/base/errors.ts'
import { FlowError } from '../../../../../lib/core/scenario/flow.ts'

const withCode = (code: string, more: object = {}): Error =>
  Object.assign(new Error('it failed'), { code, ...more })
class HTTPGatewayError extends Error {}

describe('the class of an error', () => {
  it.each([
    ['ECONNREFUSED', 'connection_refused'],
    ['ECONNRESET', 'connection_reset'],
    ['EPIPE', 'connection_reset'],
    ['ETIMEDOUT', 'connect_timeout'],
    ['ENOTFOUND', 'dns_not_found'],
    ['EAI_AGAIN', 'dns_failed'],
    ['EMFILE', 'too_many_sockets'],
    ['EADDRNOTAVAIL', 'too_many_sockets'],
    ['EHOSTUNREACH', 'host_unreachable'],
    ['ENETUNREACH', 'host_unreachable'],
    ['CERT_HAS_EXPIRED', 'tls_certificate'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_certificate'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_handshake'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls_handshake'],
    ['EPROTO', 'tls_handshake'],
  ])('of the code %s is %s', (code, errorClass) => {
    expect(errorClassOf(withCode(code))).toBe(errorClass)
  })

  it.each([
    ['a flow names its own', new FlowError('out_of_stock'), 'out_of_stock'],
    ['a refused target', new VolleyError('TARGET_NOT_ALLOWED', 'no'), 'target_not_allowed'],
    ['an unknown failure of the system', withCode('EWEIRD', { syscall: 'connect' }), 'other'],
    ['all addresses refused', new AggregateError([withCode('ECONNREFUSED')]), 'connection_refused'],
    ['a bug in a flow', new TypeError('x is undefined'), 'type_error'],
    [
      'a bug in a flow that Node found',
      Object.assign(new TypeError('bad'), { code: 'ERR_INVALID_ARG_TYPE' }),
      'type_error',
    ],
    ['a class with an abbreviation', new HTTPGatewayError('x'), 'http_gateway_error'],
    ['a plain error', new Error('x'), 'error'],
    ['a thrown text', 'x', 'other'],
    ['nothing', undefined, 'other'],
    ['an abort', AbortSignal.abort().reason, 'interrupted'],
  ])('of %s is its own', (_, error, errorClass) => {
    expect(errorClassOf(error)).toBe(errorClass)
  })

  it('of a class without a usable name is other', () => {
    expect(errorClassOf(new (class extends Error {})('x'))).toBe('other')
  })
})

describe('the message of an error', () => {
  it.each([
    [withCode('EWEIRD'), 'EWEIRD: it failed'],
    [Object.assign(new Error('connect EWEIRD'), { code: 'EWEIRD' }), 'connect EWEIRD'],
    [new VolleyError('TARGET_NOT_ALLOWED', 'no'), 'no'],
    [new TypeError(), 'TypeError'],
    ['text', 'text'],
  ])('%s reads "%s"', (error, message) => {
    expect(errorMessageOf(error)).toBe(message)
  })
})
