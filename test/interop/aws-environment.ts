// The environments in which the plugin meets an AWS of the tests.
import type { AwsCredentials } from '../support/aws-query.ts';
import { region, rootUser } from '../support/ministack.ts';

type Environment = Readonly<Record<string, string>>;

/** Where the services are, and no credentials. */
export function placeEnvironment({ endpoint }: { readonly endpoint: string }): Environment {
  return { AWS_REGION: region, AWS_ENDPOINT_URL_KMS: endpoint, AWS_ENDPOINT_URL_STS: endpoint, AWS_EC2_METADATA_DISABLED: 'true' };
}

/** As `user`, whose access key is in the environment. */
export function userEnvironment(stack: { readonly endpoint: string }, user: AwsCredentials = rootUser): Environment {
  return { ...placeEnvironment(stack), AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey };
}
