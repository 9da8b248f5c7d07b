/** Counts what is under way, and tells when the last of it is over. */
export class WaitGroup {
  readonly #over = Promise.withResolvers<void>()
  /** The one who counts holds one, too. */
  #count = 1

  begin(): void {
    this.#count++
  }

  end(): void {
    if (--this.#count === 0) this.#over.resolve()
  }

  /** Makes `over` reject: something is broken that should never be. */
  fail(fault: unknown): void {
    this.#over.reject(fault)
  }

  /** Nothing more will begin. Resolves when everything begun has ended. */
  over(): Promise<void> {
    this.end()
    return this.#over.promise
  }
}
