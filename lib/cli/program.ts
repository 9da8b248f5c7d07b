import { Command, CommanderError, Option } from 'commander'
import { EXIT, explain, VolleyError } from '../core/base/errors.ts'
import { printable } from '../core/base/printable.ts'
import { maskText } from '../core/secrets/mask.ts'
import { packageVersion } from '../package/own-files.ts'
import { FORMATS, HISTOGRAM_FORMATS } from './report-formats.ts'
import type { Terminal } from './terminal/terminal.ts'

const CLOUD_SCENARIO =
  'name of a deployed suite, a scenario file such as ./mine.ts, or sha256:… of one that was uploaded'

/**
 * The commands and their flags. `end` hears the exit code of the one that ran; a mistake rejects the parse instead.
 * Each command loads its own code: together they take longer than many a command itself.
 */
export function programOf(terminal: Terminal, end: (code: number) => void): Command {
  const program = new Command('volley')
    .description('Makes load by a scenario and judges how the target took it.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ writeOut: terminal.write, writeErr: (text) => terminal.err(text.replace(/\n$/, '')) })
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
      const { runCommand } = await import('./run-command.ts')
      end(await runCommand(scenario, flags, terminal))
    })

  withLoadFlags(program.command('plan'))
    .option('--allow <host...>', 'hosts besides loopback that may be sent requests')
    .description('show slices, windows, arrivals per stage and the price; nothing is sent')
    .option('--json', 'print the plan as JSON')
    .action(async (scenario, flags) => {
      const { planCommand } = await import('./plan-command.ts')
      end(await planCommand(scenario, flags, terminal))
    })

  withDeployment(program.command('report'))
    .description('judge the snapshots of a run again and render its report; of a run in the cloud, show it')
    .argument('<run dir or run>')
    .addOption(
      new Option('--format <format>', 'what to print').choices([
        ...Object.keys(FORMATS),
        ...HISTOGRAM_FORMATS,
      ]),
    )
    .option('--metric <selector>', 'the trend that hgrm and hlog are of (default: http_req_duration)')
    .option(
      '--scenario <name or file>',
      'judge by the thresholds of this scenario instead of those of the run',
    )
    .action(async (run, flags) => {
      const { reportCommand } = await import('./report-command.ts')
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
      const { targetCommand } = await import('./target-command.ts')
      end(await targetCommand(scenario, flags, terminal))
    })

  withDeployment(program.command('runs'))
    .description('list the latest runs of this machine, or of a deployment if one is named')
    .option('--limit <n>', 'how many')
    .option('--dir <dir>', 'where the runs of this machine are (default: runs)')
    .option('--json', 'print them as JSON')
    .action(async (flags) => {
      const { runsCommand } = await import('./cloud/runs-command.ts')
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
      const { startCommand } = await import('./cloud/start-command.ts')
      end(await startCommand(scenario, flags, terminal))
    })

  withDeployment(program.command('watch'))
    .description('follow a run to its verdict; Ctrl-C leaves it alone')
    .argument('<run>')
    .option('--json', 'print the verdict as JSON, and nothing else')
    .option('--quiet', 'no progress')
    .action(async (run, flags) => {
      const { watchCommand } = await import('./cloud/watch-command.ts')
      end(await watchCommand(run, flags, terminal))
    })

  withDeployment(program.command('stop'))
    .description('end the load of a run; what it measured is still judged')
    .argument('<run>')
    .action(async (run, flags) => {
      const { stopCommand } = await import('./cloud/stop-command.ts')
      end(await stopCommand(run, flags, terminal))
    })

  withDeployment(withLoadFlags(program.command('quote'), CLOUD_SCENARIO))
    .description('show what a run would cost; nothing is started')
    .option('--json', 'print the quote as JSON')
    .action(async (scenario, flags) => {
      const { quoteCommand } = await import('./cloud/quote-command.ts')
      end(await quoteCommand(scenario, flags, terminal))
    })

  withSettings(program.command('deploy'))
    .description("make or update a deployment in your AWS account, by CDK; further flags are CDK's")
    .action(async (rest, flags) => {
      const { deployCommand } = await import('./cloud/deploy-command.ts')
      end(await deployCommand('deploy', flags, rest))
    })

  withSettings(program.command('destroy'))
    .description("remove a deployment, by CDK; further flags are CDK's")
    .action(async (rest, flags) => {
      const { deployCommand } = await import('./cloud/deploy-command.ts')
      end(await deployCommand('destroy', flags, rest))
    })

  return program
}

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

function withSettings(command: Command): Command {
  const collected = (setting: string, before: readonly string[]): string[] => [...before, setting]
  return command
    .argument('[flags...]', 'flags of CDK, such as --require-approval never')
    .option('-c, --context <name=value>', 'a setting of the deployment; repeat it for others', collected, [])
    .option('--scenarios <folder>', 'deploy the scenarios of this folder, too')
    .allowUnknownOption()
}

/** Tells the user what went wrong and returns the exit code. */
export function reportError(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput
  if (error instanceof VolleyError) {
    terminal.err(explain(error))
    return error.exitCode
  }
  terminal.err(printable(maskText(error instanceof Error ? (error.stack ?? error.message) : String(error))))
  return EXIT.infrastructure
}
