import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { Refusal } from '../refusal.ts'

export interface DemoDataSettings {
  s3: S3ClientConfig
  bucket: string
}

/** The backend's own settings of the object store; the programs that are run read the rest themselves. */
export function demoDataSettings(env: NodeJS.ProcessEnv): DemoDataSettings {
  const required = (name: string) => {
    const value = env[name] ?? ''
    if (value === '')
      throw new Refusal(`${name} is not set; the demo images are put into that S3 store. Set it.`)
    return value
  }
  const endpoint = env['S3_ENDPOINT'] ?? ''
  return {
    bucket: required('FAIRLEAD_S3_BUCKET'),
    s3: {
      region: env['S3_REGION'] || 'us-east-1',
      credentials: {
        accessKeyId: required('S3_ACCESS_KEY_ID'),
        secretAccessKey: required('S3_SECRET_ACCESS_KEY'),
      },
      ...(endpoint === '' ? {} : { endpoint, forcePathStyle: true }),
    },
  }
}
