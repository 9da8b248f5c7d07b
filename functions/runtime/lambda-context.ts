/** What the handlers use of the context that Lambda passes. */
export interface LambdaContext {
  awsRequestId: string
  getRemainingTimeInMillis(): number
}
