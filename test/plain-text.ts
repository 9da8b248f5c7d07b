import { beforeEach, vi } from 'vitest'

/** CI logs take colours and files don't: what tests start writes plain text in both. Node warns where both are set. */
function writePlainText(): void {
  vi.stubEnv('NO_COLOR', '1')
  vi.stubEnv('FORCE_COLOR', undefined)
}

writePlainText()
// A test that takes its own variables back takes these back too.
beforeEach(writePlainText)
