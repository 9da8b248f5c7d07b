import { programOf, reportError } from '../lib/cli/program.ts'
import { ShownLines } from '../lib/cli/terminal/shown-lines.ts'
import { type Terminal, terminal as writable } from '../lib/cli/terminal/terminal.ts'
import { EXIT } from '../lib/core/base/errors.ts'
import { printable } from '../lib/core/base/printable.ts'
import { maskName, maskText } from '../lib/core/secrets/mask.ts'
import { ExitRefused, leaveProcess, refuseExit } from '../lib/user-code/exit-guard.ts'
import { PrintedLines } from '../lib/user-code/printed-lines.ts'
import { catchStrayErrors, StrayErrors } from '../lib/user-code/stray-errors.ts'
import { stackOf } from '../lib/user-code/user-frames.ts'

const terminal: Terminal = { ...writable, leave: leaveProcess }

const now = (): number => performance.now()
// Standard output belongs to what a command prints, also where it loads a scenario that prints.
const printed = new PrintedLines({ console, streams: { stdout: process.stdout }, now })
printed.listen(new ShownLines(terminal, now))

// A scenario is loaded here, and its setup runs here: none of it may end the command, or go by unseen.
refuseExit()
const strays = new StrayErrors()
catchStrayErrors(strays, (fault) => end(reportError(fault, terminal)))
strays.listen((error) => {
  const what = error instanceof ExitRefused ? error.message : stackOf(error) || String(error)
  terminal.say(printable(maskText(`in a timer, event or forgotten promise: ${what}`)))
})

// Whatever read the output is gone: no reason to end what is going on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

// Lists of processes show the arguments of all of them to every user of the machine.
if (process.argv.slice(2).some((argument) => maskName(argument) !== argument)) process.title = 'volley'
await main()

async function main(): Promise<void> {
  // The process that started this one is gone: so is whoever could stop the run.
  process.once('disconnect', () => terminal.leave(EXIT.stopped))
  try {
    await programOf(terminal, end).parseAsync()
  } catch (error) {
    end(reportError(error, terminal))
  }
}

/** The only way out: what is still on its way to standard output gets there first. */
function end(code: number): void {
  printed.flush()
  terminal.flushed(() => terminal.leave(code))
}
