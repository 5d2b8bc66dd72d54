import {
  type DatasetFiles,
  DatasetUnavailable,
  type OpenDatasetOptions,
  objectKeyOf,
} from '../../ports/dataset-files.ts'
import { createS3Client, type S3ClientOptions } from '../s3/s3-client.ts'
import { findLocalFiles, openLocalFile } from './local-files.ts'
import { type ObjectReader, openObjectFile } from './object-files.ts'
import { findS3Files, isS3Address, openS3File, parseS3Address, type S3Place } from './s3-files.ts'
import { asUnavailable } from './unavailable.ts'

export interface DatasetFilesOptions {
  /** Undefined: files in an object store are refused with a sentence that says what to set. */
  readonly s3?: S3ClientOptions | undefined
  /** Fairlead's own store, where the files of organisations are. Undefined: those cannot be read. */
  readonly objects?: ObjectReader | undefined
}

/** Files by path, objects by s3://bucket/key, and files of organisations by object:key. */
export function createDatasetFiles({ s3, objects }: DatasetFilesOptions): DatasetFiles {
  const openCurrent = async (address: string, options: OpenDatasetOptions = {}) => {
    options.signal?.throwIfAborted()
    return await readable(async () => {
      const key = objectKeyOf(address)
      if (key !== undefined) return await openObjectFile(objects, key)
      if (!isS3Address(address)) return await openLocalFile(address, options)
      const place = placeOf(address)
      const client = clientFor(s3)
      try {
        return await openS3File(client, place, options.signal)
      } catch (error) {
        client.destroy()
        throw error
      }
    })
  }

  return {
    openCurrent,

    async open(location, options) {
      const { location: now, source } = await openCurrent(location.address, options)
      if (now.version === location.version && now.sizeBytes === location.sizeBytes) return source
      await source.close()
      throw new DatasetUnavailable('The file has changed since it was registered. Register it again.')
    },

    async find(address, options = {}) {
      return await readable(async () => {
        if (!isS3Address(address)) return await findLocalFiles(address, options.signal)
        const place = placeOf(address)
        const client = clientFor(s3)
        try {
          return await findS3Files(client, place, options.signal)
        } finally {
          client.destroy()
        }
      })
    },
  }
}

function placeOf(address: string): S3Place {
  const place = parseS3Address(address)
  if (place !== undefined) return place
  throw new DatasetUnavailable(`${address} is not an address in an object store. Write s3://bucket/key.`)
}

function clientFor(s3: S3ClientOptions | undefined) {
  if (s3 !== undefined) return createS3Client(s3)
  throw new DatasetUnavailable(
    'No object store is configured. Set S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.',
  )
}

async function readable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw asUnavailable(error)
  }
}
