import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3'

import { Construct } from 'constructs'
import { INTERIM_TAG } from '../../adapters/snapshot-store/interim-tag.ts'
import { EmptierLog } from './emptier-log.ts'

const SNAPSHOTS_KEPT = Duration.days(30)

/** Everything that runs leave. What only a judgement needs goes after a month; verdicts and reports stay. */
export class ResultsBucket extends Construct {
  readonly bucket: Bucket

  constructor(scope: Construct, id: string, { keep }: { keep: boolean }) {
    super(scope, id)
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      autoDeleteObjects: !keep,
      lifecycleRules: [
        { id: 'interim', tagFilters: INTERIM_TAG, expiration: SNAPSHOTS_KEPT },
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    })
    if (!keep) new EmptierLog(this, 'Emptier')
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Access logs of a bucket that holds test results alone would cost more than they could tell.',
    })
  }
}
