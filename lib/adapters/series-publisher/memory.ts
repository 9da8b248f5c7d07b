import type { Publication, SeriesPublisher } from '../../ports.ts'

/** Publications that only stand in a list, for tests and for embedding. */
export class MemoryPublisher implements SeriesPublisher {
  readonly published: Publication[] = []

  async publish(publication: Publication): Promise<void> {
    this.published.push(publication)
  }
}
