import { httpClientContract } from './http-client.contract.ts'
import { clientOn, SOCKETS_MAKER } from './sockets-maker.ts'
import { UNDICI } from './undici-kind.ts'

httpClientContract(SOCKETS_MAKER)
httpClientContract({
  name: 'the client on undici',
  unasked100: 'malformed_response',
  lenient: true,
  forgiving: false,
  create: (options) => clientOn(UNDICI, options),
})
