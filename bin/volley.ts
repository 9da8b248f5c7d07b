import { Command, CommanderError, Option } from 'commander'
import { FORMATS, HISTOGRAM_FORMATS } from '../lib/cli/report-formats.ts'
import { ShownLines } from '../lib/cli/terminal/shown-lines.ts'
import { type Terminal, terminal as writable } from '../lib/cli/terminal/terminal.ts'
import { EXIT, explain, VolleyError } from '../lib/core/base/errors.ts'
import { printable } from '../lib/core/base/printable.ts'
import { maskName, maskText } from '../lib/core/secrets/mask.ts'
import { packageVersion } from '../lib/package/own-files.ts'
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
catchStrayErrors(strays, (fault) => end(report(fault)))
strays.listen((error) => {
  const what = error instanceof ExitRefused ? error.message : stackOf(error) || String(error)
  terminal.say(printable(maskText(`in a timer, event or forgotten promise: ${what}`)))
})

// Whatever read the output is gone: no reason to end what is going on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

// Each command loads its own code: together they take longer than many a command itself.

const CLOUD_SCENARIO =
  'name of a deployed suite, a scenario file such as ./mine.ts, or sha256:… of one that was uploaded'

const program = new Command('volley')
  .description('Makes load by a scenario and judges how the target took it.')
  .version(packageVersion(), '-V, --version', 'print the version')
  .exitOverride()
  .configureOutput({ writeOut: terminal.write })
  .showSuggestionAfterError()

withLoadFlags(program.command('run'))
  .option('--allow <host...>', 'hosts besides loopback that may be sent requests')
  .description('run a scenario on this machine and judge it')
  .option('--condition <name>', 'condition of the model target (default: healthy)')
  .option('--out <dir>', "directory for the run's files (default: runs/<run>)")
  .option('--log-requests <file>', 'append a CSV line for every request, for debugging')
  .option('--json', 'print the verdict as JSON, and nothing else')
  .option('--quiet', 'no progress')
  .option('--verbose', 'say what is going on behind the progress')
  .action(async (scenario, flags) => {
    const { runCommand } = await import('../lib/cli/run-command.ts')
    end(await runCommand(scenario, flags, terminal))
  })

withLoadFlags(program.command('plan'))
  .option('--allow <host...>', 'hosts besides loopback that may be sent requests')
  .description('show slices, windows, arrivals per stage and the price; nothing is sent')
  .option('--json', 'print the plan as JSON')
  .action(async (scenario, flags) => {
    const { planCommand } = await import('../lib/cli/plan-command.ts')
    end(await planCommand(scenario, flags, terminal))
  })

withDeployment(program.command('report'))
  .description('judge the snapshots of a run again and render its report; of a run in the cloud, show it')
  .argument('<run dir or run>')
  .addOption(
    new Option('--format <format>', 'what to print').choices([...Object.keys(FORMATS), ...HISTOGRAM_FORMATS]),
  )
  .option('--metric <selector>', 'the trend that hgrm and hlog are of (default: http_req_duration)')
  .option('--scenario <name or file>', 'judge by the thresholds of this scenario instead of those of the run')
  .action(async (run, flags) => {
    const { reportCommand } = await import('../lib/cli/report-command.ts')
    end(await reportCommand(run, flags, terminal))
  })

program
  .command('target')
  .description("start a scenario's model target alone")
  .argument('<scenario>')
  .option('--port <port>', 'port to listen at; 0 takes a free one', '0')
  .option('--condition <name>', 'condition of the model target', 'healthy')
  .option('--seed <n>', 'seed of its random choices', '1')
  .action(async (scenario, flags) => {
    const { targetCommand } = await import('../lib/cli/target-command.ts')
    end(await targetCommand(scenario, flags, terminal))
  })

withDeployment(program.command('runs'))
  .description('list the latest runs of this machine, or of a deployment if one is named')
  .option('--limit <n>', 'how many')
  .option('--dir <dir>', 'where the runs of this machine are (default: runs)')
  .option('--json', 'print them as JSON')
  .action(async (flags) => {
    const { runsCommand } = await import('../lib/cli/cloud/runs-command.ts')
    end(await runsCommand(flags, terminal))
  })

program.commandsGroup('In the cloud:')

withDeployment(withLoadFlags(program.command('start'), CLOUD_SCENARIO))
  .description('start a run of a deployed scenario, or of a file that is uploaded for it')
  .option('--budget <usd>', 'refuse the run above this price, and stop it at it')
  .option('--run <name>', 'name of the run; the same request under the same name starts nothing more')
  .option('--wait', 'follow the run to its verdict; Ctrl-C stops it')
  .option('--json', 'print the answer, or with --wait the verdict, as JSON')
  .option('--quiet', 'no progress')
  .action(async (scenario, flags) => {
    const { startCommand } = await import('../lib/cli/cloud/start-command.ts')
    end(await startCommand(scenario, flags, terminal))
  })

withDeployment(program.command('watch'))
  .description('follow a run to its verdict; Ctrl-C leaves it alone')
  .argument('<run>')
  .option('--json', 'print the verdict as JSON, and nothing else')
  .option('--quiet', 'no progress')
  .action(async (run, flags) => {
    const { watchCommand } = await import('../lib/cli/cloud/watch-command.ts')
    end(await watchCommand(run, flags, terminal))
  })

withDeployment(program.command('stop'))
  .description('end the load of a run; what it measured is still judged')
  .argument('<run>')
  .action(async (run, flags) => {
    const { stopCommand } = await import('../lib/cli/cloud/stop-command.ts')
    end(await stopCommand(run, flags, terminal))
  })

withDeployment(withLoadFlags(program.command('quote'), CLOUD_SCENARIO))
  .description('show what a run would cost; nothing is started')
  .option('--json', 'print the quote as JSON')
  .action(async (scenario, flags) => {
    const { quoteCommand } = await import('../lib/cli/cloud/quote-command.ts')
    end(await quoteCommand(scenario, flags, terminal))
  })

// Lists of processes show the arguments of all of them to every user of the machine.
if (process.argv.slice(2).some((argument) => maskName(argument) !== argument)) process.title = 'volley'
await main()

function withLoadFlags(command: Command, scenario = 'name of a suite, or a scenario file'): Command {
  return command
    .argument('<scenario>', scenario)
    .option('--profile <name>', "profile; by default the scenario's default profile")
    .option('--duration <length>', 'rescale the profile to this length, such as 60s')
    .option('--users <n>', 'rescale the profile to this many users at its peak')
    .option('--rate <n>', 'rescale the profile to this many arrivals a second at its peak')
    .option('--target <url>', 'send the load here')
    .option('--environment <name>', "one of the scenario's named targets")
    .option(
      '--generators <n>',
      'generators; by default one for each core, in the cloud by the number of users',
    )
    .option('--window <length>', 'longest part of a slice that one generator carries')
    .option('--seed <n>', 'seed of all random choices')
    .option('--note <text>', 'kept with the results')
}

function withDeployment(command: Command): Command {
  return command
    .addOption(new Option('--endpoint <url>', "the deployment's API (its output ApiUrl)").env('VOLLEY_API'))
    .addOption(new Option('--region <name>', 'its region, where the URL does not tell').env('AWS_REGION'))
}

async function main(): Promise<void> {
  // The process that started this one is gone: so is whoever could stop the run.
  process.once('disconnect', () => terminal.leave(EXIT.stopped))
  try {
    await program.parseAsync()
  } catch (error) {
    end(report(error))
  }
}

/** Tells the user what went wrong and returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput
  if (error instanceof VolleyError) {
    terminal.err(explain(error))
    return error.exitCode
  }
  terminal.err(printable(maskText(error instanceof Error ? (error.stack ?? error.message) : String(error))))
  return EXIT.infrastructure
}

/** The only way out: what is still on its way to standard output gets there first. */
function end(code: number): void {
  printed.flush()
  terminal.flushed(() => terminal.leave(code))
}
