import { S3ServiceException } from '@aws-sdk/client-s3'
import { DatasetUnavailable } from '../../ports/dataset-files.ts'

const GONE = 'The file is not there. Put it back, or register it where it is now.'
const FORBIDDEN = 'The file may not be read by the user that Fairlead runs as. Change its permissions.'
const UNREACHABLE = 'The object store cannot be reached. Check S3_ENDPOINT and that the store runs.'

/** By error code of the operating system. */
const SYSTEM: Readonly<Record<string, string>> = {
  ENOENT: GONE,
  ENOTDIR: GONE,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EIO: 'The disk reports an error at this file. Check the disk and copy the file again.',
  ENAMETOOLONG: 'The path is too long for this system. Move the file.',
  ENOTFOUND: UNREACHABLE,
  ECONNREFUSED: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
}

/** By HTTP status of the object store. */
const STORE: Readonly<Record<number, string>> = {
  403: 'The object store refuses with the configured credentials. Check S3_ACCESS_KEY_ID and its rights.',
  404: 'The object is not in the store. Check the bucket and the key.',
  412: 'The object was overwritten while it was read. Try again.',
}

/** Says in a sentence what a person can mend; any other error is passed as it is. */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const sentence = (status === undefined ? undefined : STORE[status]) ?? SYSTEM[code]
  return sentence === undefined ? error : new DatasetUnavailable(sentence, { cause: error })
}
