/** What a request or socket belongs to. */
export interface RequestContext {
  flow: string
  /** How late the iteration had started. */
  lagMs: number
  /** Of what is left to chance in a connection: apart from what the flow draws, so that it changes nothing there. */
  seed: number
}
