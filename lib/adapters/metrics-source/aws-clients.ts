import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling'
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { optionalPackage } from '../../package/optional-package.ts'

/** Makes the clients of AWS that a source needs, and loads their libraries only then. */
export interface AwsClients {
  cloudWatch(region: string | undefined): Promise<CloudWatchClient>
  autoScaling(region: string | undefined): Promise<ApplicationAutoScalingClient>
}

/** Clients with the environment's credentials; in its region where the source names none. */
export function awsClients({ region: own }: { region?: string | undefined } = {}): AwsClients {
  const settings = (wanted: string | undefined): { region?: string } => {
    const region = wanted ?? own
    return region === undefined ? {} : { region }
  }
  return {
    cloudWatch: async (region) => {
      const { CloudWatchClient } = await optionalPackage(() => import('@aws-sdk/client-cloudwatch'), {
        what: 'cloudwatch sources',
        packages: ['@aws-sdk/client-cloudwatch'],
      })
      return new CloudWatchClient(settings(region))
    },
    autoScaling: async (region) => {
      const { ApplicationAutoScalingClient } = await optionalPackage(
        () => import('@aws-sdk/client-application-auto-scaling'),
        { what: 'scale-outs of cloudwatch sources', packages: ['@aws-sdk/client-application-auto-scaling'] },
      )
      return new ApplicationAutoScalingClient(settings(region))
    },
  }
}
