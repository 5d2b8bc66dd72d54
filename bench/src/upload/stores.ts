import { execFile } from 'node:child_process'
import { hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { createObjects } from '../../../backend/src/adapters/objects/create-objects.ts'
import type { Objects } from '../../../backend/src/ports/objects.ts'
import type { MadeFile } from './made-file.ts'

const run = promisify(execFile)

/** A store of objects that a backend can be told to use. */
export interface Store {
  /** Settings of the backend. `folder` is there for it alone. */
  environment(folder: string): Promise<Record<string, string>>
  /** What the front door leads /objects/ to; undefined for the backend. */
  readonly endpoint?: { readonly host: string; readonly port: number; readonly bucket: string }
  /** Puts the file by curl, past the front door. */
  putDirectly(file: MadeFile, backendAddress: string): Promise<void>
  /** Empties it. */
  clear(): Promise<void>
  /** Removes what was made for the bench. */
  remove(): Promise<void>
}

/** The folder of one machine, and an S3 store where the environment names one. */
export function storesAtHand(): { name: string; store: Store }[] {
  const { S3_ENDPOINT: endpoint = '' } = process.env
  if (endpoint === '') console.error('The S3 store is left out: set S3_ENDPOINT and its keys.')
  return [
    { name: 'files', store: folderStore() },
    ...(endpoint === '' ? [] : [{ name: 'S3', store: s3Store(new URL(endpoint)) }]),
  ]
}

function folderStore(): Store {
  const secret = randomBytes(32).toString('hex')
  const signingKey = Buffer.from(hkdfSync('sha256', secret, 'fairlead', 'objects', 32))
  let chosen: ReturnType<typeof createObjects> | undefined
  const opened = () => {
    if (chosen === undefined) throw new Error('the store has no folder yet')
    return chosen
  }
  return {
    async environment(folder) {
      chosen = createObjects({ kind: 'filesystem', folder }, signingKey)
      return { FAIRLEAD_SECRET: secret, FAIRLEAD_OBJECTS_FOLDER: folder }
    },
    async putDirectly({ path, sizeBytes }, backendAddress) {
      const { uploads } = opened()
      const upload = await uploads.createUpload(`quarantine/${randomUUID()}`)
      const { url } = await uploads.signPart(upload, { number: 1, sizeBytes }, { lifetimeSeconds: 3600 })
      await curl(['--upload-file', path, `http://${backendAddress}${url}`])
      await uploads.abortUpload(upload)
    },
    clear: () => opened().objects.deletePrefix('quarantine/'),
    remove: () => opened().objects.deletePrefix('quarantine/'),
  }
}

function s3Store(endpoint: URL): Store {
  const bucket = `bench-upload-${randomUUID()}`
  const {
    S3_REGION: region = 'us-east-1',
    S3_ACCESS_KEY_ID: accessKeyId = '',
    S3_SECRET_ACCESS_KEY: secretAccessKey = '',
  } = process.env
  // On standard input, as the arguments of a process are for everyone to see.
  const signed = (options: string[]) =>
    curl(['--aws-sigv4', `aws:amz:${region}:s3`, ...options], `user = "${accessKeyId}:${secretAccessKey}"`)
  const objects: Objects = createObjects(
    {
      kind: 's3',
      endpoint: endpoint.origin,
      region,
      accessKeyId,
      secretAccessKey,
      bucket,
      publicUrl: undefined,
    },
    randomBytes(32),
  ).objects
  return {
    endpoint: { host: endpoint.hostname, port: Number(endpoint.port || 80), bucket },
    async environment() {
      await signed(['--request', 'PUT', `${endpoint.origin}/${bucket}`])
      return {
        FAIRLEAD_OBJECTS: 's3',
        S3_ENDPOINT: endpoint.origin,
        S3_REGION: region,
        S3_ACCESS_KEY_ID: accessKeyId,
        S3_SECRET_ACCESS_KEY: secretAccessKey,
        FAIRLEAD_S3_BUCKET: bucket,
      }
    },
    putDirectly: ({ path }) =>
      signed(['--upload-file', path, `${endpoint.origin}/${bucket}/quarantine/direct`]),
    clear: () => objects.deletePrefix('quarantine/'),
    async remove() {
      await objects.deletePrefix('quarantine/')
      await signed(['--request', 'DELETE', `${endpoint.origin}/${bucket}`])
    },
  }
}

async function curl(options: readonly string[], configuration = ''): Promise<void> {
  const running = run('curl', ['--silent', '--show-error', '--fail-with-body', '--config', '-', ...options])
  running.child.stdin?.end(configuration)
  await running
}
