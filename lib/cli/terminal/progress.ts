import { logUpdateStderr } from 'log-update'
import { progressBlock, progressLine } from '../../../aggregator/report/text/console.ts'
import { printable } from '../../core/base/printable.ts'
import type { Live } from '../../core/results/live.ts'
import type { Terminal } from './terminal.ts'

const LINE_EVERY_MS = 10_000

/** What the user sees while a run goes on. All of it goes to standard error. */
export interface Progress {
  show(live: Live): void
  /** One line that stays, shown as plain text. */
  note(text: string): void
  close(): void
}

/** One block that redraws itself on a terminal, else a line every ten seconds, else nothing. */
export function progressOf(flags: { quiet?: boolean }, terminal: Terminal): Progress {
  if (flags.quiet) return { show: () => undefined, note: () => undefined, close: () => undefined }
  return terminal.live ? blockProgress(terminal) : lineProgress(terminal)
}

function blockProgress(terminal: Terminal): Progress {
  // Ctrl-C belongs to the run: the cursor is restored by close().
  const update = logUpdateStderr
  const sayBefore = terminal.say
  let block: string | undefined
  const say = (text: string): void => {
    update.clear()
    terminal.err(text)
    if (block !== undefined) update(block)
  }
  terminal.say = say
  return {
    show(live) {
      block = progressBlock(live, terminal)
      update(block)
    },
    note: (text) => say(printable(text)),
    close() {
      terminal.say = sayBefore
      update.clear()
      update.done()
    },
  }
}

function lineProgress(terminal: Terminal): Progress {
  let nextMs = 0
  return {
    show(live) {
      if (live.elapsedMs < nextMs) return
      nextMs = (Math.floor(live.elapsedMs / LINE_EVERY_MS) + 1) * LINE_EVERY_MS
      terminal.err(progressLine(live))
    },
    note: (text) => terminal.err(printable(text)),
    close: () => undefined,
  }
}
