import { Stack } from 'aws-cdk-lib'
import { Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { acknowledgeWildcard } from '../acknowledge.ts'

interface ChaosRights {
  /** Ids of templates of AWS FIS. */
  templates: readonly string[]
  /** May start experiments of them, and end them. */
  conductor: Role
  /** May end experiments. */
  stopper: Role
}

/** Lets a deployment start the experiments that its owner allows, and no other. */
export function grantChaosRights(scope: Construct, { templates, conductor, stopper }: ChaosRights): void {
  const arnOf = (resource: string, resourceName: string): string =>
    Stack.of(scope).formatArn({ service: 'fis', resource, resourceName })
  const experiments = arnOf('experiment', '*')
  const policies = [
    new Policy(scope, 'ConductExperiments', {
      roles: [conductor],
      statements: [
        new PolicyStatement({
          actions: ['fis:StartExperiment'],
          resources: [...templates.map((template) => arnOf('experiment-template', template)), experiments],
        }),
        new PolicyStatement({
          actions: ['fis:GetExperiment', 'fis:StopExperiment'],
          resources: [experiments],
        }),
      ],
    }),
    new Policy(scope, 'StopExperiments', {
      roles: [stopper],
      statements: [
        new PolicyStatement({
          actions: ['fis:GetExperiment', 'fis:StopExperiment'],
          resources: [experiments],
        }),
      ],
    }),
  ]
  for (const policy of policies)
    acknowledgeWildcard(
      policy,
      'arn:<AWS::Partition>:fis:<AWS::Region>:<AWS::AccountId>:experiment/*',
      'AWS FIS names experiments when they start.',
    )
}
