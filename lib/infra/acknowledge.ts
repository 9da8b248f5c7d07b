import { type CfnResource, Stack, Validations } from 'aws-cdk-lib'
import type { Policy } from 'aws-cdk-lib/aws-iam'
import type { Bucket } from 'aws-cdk-lib/aws-s3'

/** Says why a policy names keys with a `*` in them, one finding of cdk-nag for each pattern. */
export function acknowledgeKeys(policy: Policy, bucket: Bucket, patterns: readonly string[]): void {
  const wild = patterns.filter((pattern) => pattern.includes('*'))
  const arn = `<${logicalIdOf(bucket.node.defaultChild as CfnResource)}.Arn>`
  for (const pattern of new Set(wild))
    acknowledgeWildcard(policy, `${arn}/${pattern}`, 'The name of a run is a part of its keys.')
}

/** `resource` is written as cdk-nag prints it: references as `<LogicalId.Attribute>`. */
export function acknowledgeWildcard(policy: Policy, resource: string, reason: string): void {
  Validations.of(policy).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason })
}

export function logicalIdOf(resource: CfnResource): string {
  return Stack.of(resource).getLogicalId(resource)
}
