import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import { Construct } from 'constructs'
import type { Scheduled } from '../../../functions/schedule/scheduled.ts'
import type { ScheduleSetting } from '../settings/schedule-settings.ts'
import { RunFunction } from './run-function.ts'

/** A run that would start later than this is no longer the one that was asked for. */
const LATEST_START_S = 900
const MAX_RETRIES = 10
/** EventBridge Scheduler puts the time there. */
const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>'

interface RunSchedulesProps {
  bucket: Bucket
  stateMachineArn: string
  /** Variables that all functions share. */
  environment: Record<string, string>
  schedules: readonly ScheduleSetting[]
}

/** Runs that start by the clock. */
export class RunSchedules extends Construct {
  constructor(scope: Construct, id: string, props: RunSchedulesProps) {
    super(scope, id)
    const { bucket, stateMachineArn, environment, schedules } = props
    const starter = new RunFunction(this, 'Starter', {
      entry: 'functions/schedule/handler.ts',
      bucket,
      reads: [],
      writes: [],
      memoryMb: 256,
      timeoutS: 30,
      environment: { ...environment, VOLLEY_STATE_MACHINE_ARN: stateMachineArn },
      // A second start of the same run starts nothing.
      retries: 2,
    })
    allow(this, 'StartPolicy', starter.role, 'states:StartExecution', stateMachineArn)
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') })
    const functionArn = starter.function.functionArn
    const policy = allow(this, 'Policy', role, 'lambda:InvokeFunction', functionArn)
    for (const schedule of schedules)
      new CfnSchedule(this, schedule.name, {
        description: `Starts a run of ${schedule.run.scenario}`,
        scheduleExpression: `cron(${schedule.cron})`,
        scheduleExpressionTimezone: schedule.timeZone,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify(inputOf(schedule)),
          retryPolicy: { maximumEventAgeInSeconds: LATEST_START_S, maximumRetryAttempts: MAX_RETRIES },
        },
      }).node.addDependency(policy)
  }
}

function inputOf({ name, run }: ScheduleSetting): Scheduled {
  return { schedule: name, scheduledAt: SCHEDULED_TIME, run }
}

function allow(scope: Construct, id: string, role: Role, action: string, resource: string): Policy {
  const statements = [new PolicyStatement({ actions: [action], resources: [resource] })]
  return new Policy(scope, id, { roles: [role], statements })
}
