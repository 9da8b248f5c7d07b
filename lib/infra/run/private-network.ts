import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2'
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { hostOf } from '../../../functions/runtime/environment.ts'
import type { Settings } from '../settings/settings.ts'

/** The store's, and that of every other API of AWS. */
const HTTPS_PORT = 443
const ANY_PORT = { fromPort: 0, toPort: 65_535 }

/**
 * The place inside a VPC of the functions that talk to a target. Ids are given, not looked up: the template is the
 * same on a machine without an account.
 */
export class PrivateNetwork extends Construct {
  readonly vpcConfig: CfnFunction.VpcConfigProperty

  constructor(scope: Construct, id: string, settings: Settings & { vpcId: string }) {
    super(scope, id)
    const { vpcId, subnetIds, securityGroupIds, allowedTargets } = settings
    this.vpcConfig = {
      subnetIds,
      securityGroupIds:
        securityGroupIds.length > 0 ? securityGroupIds : [this.#ownGroup(vpcId, allowedTargets)],
    }
  }

  /** Lets nothing in, and out only to the ports of targets and of AWS. */
  #ownGroup(vpcId: string, allowedTargets: readonly string[]): string {
    const group = new CfnSecurityGroup(this, 'Generators', {
      vpcId,
      groupDescription: 'Volley: out to allowed targets and to AWS, nothing in',
      securityGroupIngress: [],
      securityGroupEgress: portsOf(allowedTargets).map((ports) => ({
        ipProtocol: 'tcp',
        cidrIp: '0.0.0.0/0',
        ...ports,
      })),
    })
    return group.attrGroupId
  }
}

type Ports = typeof ANY_PORT

/** An entry without a port allows every port of its host. */
function portsOf(allowedTargets: readonly string[]): Ports[] {
  const ports = allowedTargets.map((target) => /:(\d+)$/.exec(hostOf(target))?.[1])
  if (ports.includes(undefined)) return [ANY_PORT]
  const numbers = [...new Set([HTTPS_PORT, ...ports.map(Number)])].sort((a, b) => a - b)
  return numbers.map((port) => ({ fromPort: port, toPort: port }))
}
