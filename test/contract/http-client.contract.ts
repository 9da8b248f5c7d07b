import { httpAnswersContract } from './http-answers.contract.ts'
import { httpConnectionsContract } from './http-connections.contract.ts'
import { httpFailuresContract } from './http-failures.contract.ts'
import { httpHostileContract } from './http-hostile.contract.ts'
import { httpMalformedContract } from './http-malformed.contract.ts'
import type { HttpClientMaker } from './http-probe.ts'
import { httpRedirectsContract } from './http-redirects.contract.ts'

/** What every HTTP client of the generator does, however it does it. */
export function httpClientContract(maker: HttpClientMaker): void {
  httpAnswersContract(maker)
  httpRedirectsContract(maker)
  httpFailuresContract(maker)
  httpConnectionsContract(maker)
  httpMalformedContract(maker)
  httpHostileContract(maker)
}
