import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { backendSettings, type Environment, SettingsError, workerSettings } from './settings.ts'

const complete: Environment = {
  FAIRLEAD_DATABASE_URL: 'postgres://fairlead:secret@localhost/fairlead',
  FAIRLEAD_GRPC_ADDRESS: '127.0.0.1:10001',
  FAIRLEAD_HTTP_ADDRESS: '[::1]:10002',
  FAIRLEAD_WORKER_HTTP_ADDRESS: '127.0.0.1:10003',
  FAIRLEAD_PUBLIC_URL: 'http://localhost:10000/',
  FAIRLEAD_OIDC_ISSUER: 'http://localhost:10000/auth',
  FAIRLEAD_SECRET: 'x'.repeat(32),
  FAIRLEAD_OBJECTS_FOLDER: '/data/objects',
}

test('settings are read, completed with defaults and frozen', () => {
  const settings = backendSettings(complete)
  expect(settings).toMatchObject({
    publicUrl: 'http://localhost:10000',
    httpAddress: { host: '::1', port: 10_002 },
    objects: { kind: 'filesystem', folder: '/data/objects' },
    datasetFolders: [],
    development: false,
    heartbeatSeconds: 10,
    queue: { unfinishedJobs: 1_000, pendingJobs: 1_000, executingJobs: 100, runningTasks: 0 },
    oidc: {
      discoveryUrl: 'http://localhost:10000/auth/.well-known/openid-configuration',
      audience: 'fairlead',
      clients: ['fairlead-web', 'fairlead-cli'],
    },
  })
  expect(Object.isFrozen(settings)).toBe(true)
  expect(workerSettings(complete).concurrency).toBe(2)
})

test('a scanner is used where one is named', () => {
  expect(workerSettings({ ...complete, FAIRLEAD_CLAMAV_HOST: '' }).scanner).toBeUndefined()
  expect(workerSettings({ ...complete, FAIRLEAD_CLAMAV_HOST: 'clamav' }).scanner).toEqual({
    host: 'clamav',
    port: 3310,
    streamBytes: 2 ** 30,
  })
})

test('streams can be told to beat faster', () => {
  expect(backendSettings({ ...complete, FAIRLEAD_HEARTBEAT_SECONDS: '2' }).heartbeatSeconds).toBe(2)
})

test('what organisations may queue and run can be set', () => {
  const queue = {
    FAIRLEAD_QUEUE_UNFINISHED_JOBS: '20',
    FAIRLEAD_QUEUE_PENDING_JOBS: '30',
    FAIRLEAD_QUEUE_EXECUTING_JOBS: '4',
    FAIRLEAD_QUEUE_RUNNING_TASKS: '8',
  }
  const limits = { unfinishedJobs: 20, pendingJobs: 30, executingJobs: 4, runningTasks: 8 }
  expect(backendSettings({ ...complete, ...queue }).queue).toEqual(limits)
  expect(workerSettings({ ...complete, ...queue }).queue).toEqual(limits)
})

test('a list of dataset folders may name prefixes of an object store', () => {
  const settings = backendSettings({ ...complete, FAIRLEAD_DATASETS: '/data/a:s3://bucket/maps/:/data/b:' })
  expect(settings.datasetFolders).toEqual(['/data/a', 's3://bucket/maps/', '/data/b'])
})

test("an object store needs its credentials and bucket, and may be Amazon's own", () => {
  const s3 = { ...complete, FAIRLEAD_OBJECTS: 's3', S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'key' }
  expect(() => backendSettings(s3)).toThrow(/FAIRLEAD_S3_BUCKET/)
  const credentials = { endpoint: undefined, region: 'us-east-1', accessKeyId: 'id', secretAccessKey: 'key' }
  expect(backendSettings({ ...s3, FAIRLEAD_S3_BUCKET: 'results' })).toMatchObject({
    objects: { kind: 's3', bucket: 'results', ...credentials },
    s3: credentials,
  })
})

test('an object store behind the front door has an address there, and without it none', () => {
  const s3 = {
    ...complete,
    FAIRLEAD_OBJECTS: 's3',
    S3_ACCESS_KEY_ID: 'id',
    S3_SECRET_ACCESS_KEY: 'key',
    FAIRLEAD_S3_BUCKET: 'results',
  }
  const publicUrl = (value: string | undefined) => {
    const { objects } = workerSettings({ ...s3, FAIRLEAD_S3_PUBLIC_URL: value })
    return objects.kind === 's3' ? objects.publicUrl : 'no object store'
  }
  expect(publicUrl('http://localhost:10000/objects/')).toBe('http://localhost:10000/objects')
  expect(publicUrl('')).toBeUndefined()
  expect(publicUrl(undefined)).toBeUndefined()
})

test('traces are off unless a collector is named, and then of everything unless a share is', () => {
  expect(backendSettings(complete).traces).toBeUndefined()
  expect(workerSettings({ ...complete, OTEL_EXPORTER_OTLP_ENDPOINT: '' }).traces).toBeUndefined()
  const traced = { ...complete, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }
  expect(workerSettings(traced).traces).toEqual({ endpoint: 'http://collector:4318', ratio: 1 })
  const share = (value: string) =>
    backendSettings({ ...traced, OTEL_TRACES_SAMPLER_ARG: value }).traces?.ratio
  expect(share('0.25')).toBe(0.25)
  expect(share('')).toBe(1)
  for (const wrong of ['2', '-1', 'all']) expect(() => share(wrong)).toThrow(/OTEL_TRACES_SAMPLER_ARG/)
  expect(() => backendSettings({ ...complete, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toThrow(
    /OTEL_EXPORTER_OTLP_ENDPOINT/,
  )
})

test('each purpose has a key of its own, the same every time', () => {
  const { deriveKey } = backendSettings(complete)
  expect(deriveKey('page tokens')).toHaveLength(32)
  expect(deriveKey('page tokens')).toEqual(backendSettings(complete).deriveKey('page tokens'))
  expect(deriveKey('page tokens')).not.toEqual(deriveKey('object urls'))
})

test.each([
  ['FAIRLEAD_DATABASE_URL', undefined, /is not set/],
  ['FAIRLEAD_DATABASE_URL', 'mysql://localhost', /postgres:/],
  ['FAIRLEAD_GRPC_ADDRESS', '127.0.0.1', /host:port/],
  ['FAIRLEAD_GRPC_ADDRESS', '127.0.0.1:65536', /0 to 65535/],
  ['FAIRLEAD_SECRET', 'short', /32 characters/],
  ['FAIRLEAD_OIDC_CLIENTS', ' , ', /names no client/],
  ['FAIRLEAD_OBJECTS', 'tape', /filesystem nor s3/],
  ['FAIRLEAD_S3_PUBLIC_URL', 'minio:9000', /http:\/\/ or https:\/\//],
  ['FAIRLEAD_S3_PUBLIC_URL', 'https://example.org/?bucket=', /has a query/],
  ['FAIRLEAD_OBJECTS_FOLDER', '', /FAIRLEAD_OBJECTS=filesystem needs it/],
  ['FAIRLEAD_DEVELOPMENT', 'yes', /true nor false/],
  ['FAIRLEAD_HEARTBEAT_SECONDS', '16', /1 to 15/],
  ['FAIRLEAD_HEARTBEAT_SECONDS', '0', /1 to 15/],
])('%s=%s is refused by name', (name, value, reason) => {
  const read = () => backendSettings({ ...complete, [name]: value })
  expect(read).toThrow(SettingsError)
  expect(read).toThrow(new RegExp(`${name}.*${reason.source}`))
})

test('every wrong variable is named at once, and a secret is not repeated', () => {
  const read = () =>
    backendSettings({ ...complete, FAIRLEAD_SECRET: 'hunter2', FAIRLEAD_PUBLIC_URL: 'localhost' })
  expect(read).toThrow(/FAIRLEAD_PUBLIC_URL/)
  expect(read).toThrow(/FAIRLEAD_SECRET/)
  expect(read).not.toThrow(/hunter2/)
})

test.each(['0', '65', '1.5', 'many'])('a worker concurrency of %s is refused', (value) => {
  expect(() => workerSettings({ ...complete, FAIRLEAD_WORKER_CONCURRENCY: value })).toThrow(
    /FAIRLEAD_WORKER_CONCURRENCY.*1 to 64/,
  )
})

test('without settings of a broker and a mail server PostgreSQL carries events and no mail is sent', () => {
  const settings = workerSettings({
    ...complete,
    AMQP_URL: '',
    FAIRLEAD_SMTP_URL: '',
    FAIRLEAD_MAIL_FROM: '',
  })
  expect(settings.amqp).toBeUndefined()
  expect(settings.mail).toBeUndefined()
  expect(backendSettings(complete).mailEnabled).toBe(false)
})

test('a broker may be reached over TLS with a certificate of ours', () => {
  const amqp = { ...complete, AMQP_URL: 'amqps://fairlead:secret@broker' }
  expect(workerSettings(amqp).amqp).toEqual({
    url: 'amqps://fairlead:secret@broker',
    namespace: 'fairlead',
    caFile: undefined,
    client: undefined,
  })
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-settings-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = (name: string) => {
    writeFileSync(join(folder, name), '')
    return join(folder, name)
  }
  const tls = {
    AMQP_CA_FILE: file('ca'),
    AMQP_CERTIFICATE_FILE: file('own'),
    AMQP_KEY_FILE: file('key'),
  }
  expect(workerSettings({ ...amqp, ...tls }).amqp).toMatchObject({
    caFile: tls.AMQP_CA_FILE,
    client: { certificateFile: tls.AMQP_CERTIFICATE_FILE, keyFile: tls.AMQP_KEY_FILE },
  })
  expect(workerSettings({ ...amqp, AMQP_NAMESPACE: 'fairlead-1a2b' }).amqp?.namespace).toBe('fairlead-1a2b')
  const lonely = { ...amqp, AMQP_CERTIFICATE_FILE: tls.AMQP_CERTIFICATE_FILE }
  expect(() => workerSettings(lonely)).toThrow(/AMQP_KEY_FILE.*AMQP_CERTIFICATE_FILE needs it/)
})

test('fixes are written at once unless a broker is to carry them, of which backend and worker hear alike', () => {
  const broker = { ...complete, AMQP_URL: 'amqp://broker' }
  for (const settings of [backendSettings, workerSettings]) {
    expect(settings(complete).locationQueue).toBeUndefined()
    expect(settings(broker).locationQueue).toBeUndefined()
    expect(settings({ ...broker, FAIRLEAD_LOCATION_SINK: 'direct' }).locationQueue).toBeUndefined()
    expect(settings({ ...broker, FAIRLEAD_LOCATION_SINK: 'amqp' }).locationQueue).toMatchObject({
      url: 'amqp://broker',
      namespace: 'fairlead',
    })
    const without = { ...complete, FAIRLEAD_LOCATION_SINK: 'amqp' }
    expect(() => settings(without)).toThrow(/AMQP_URL is not set, and FAIRLEAD_LOCATION_SINK=amqp needs it/)
    const other = { ...broker, FAIRLEAD_LOCATION_SINK: 'kafka' }
    expect(() => settings(other)).toThrow(/FAIRLEAD_LOCATION_SINK is neither direct nor amqp/)
  }
})

test('mail needs a server and a sender, of which the backend asks for the sender alone', () => {
  const mail = { FAIRLEAD_SMTP_URL: 'smtp://localhost:2525', FAIRLEAD_MAIL_FROM: 'Fairlead <f@example.org>' }
  expect(workerSettings({ ...complete, ...mail }).mail).toEqual({
    smtpUrl: 'smtp://localhost:2525',
    from: 'Fairlead <f@example.org>',
    recipientHourlyLimit: 20,
  })
  expect(backendSettings({ ...complete, ...mail }).mailEnabled).toBe(true)
})

test.each([
  ['AMQP_URL', 'http://localhost', /amqp:/],
  ['AMQP_NAMESPACE', 'Fair lead', /not a namespace/],
  ['AMQP_CA_FILE', '/nowhere/ca.pem', /cannot be read: ENOENT/],
  ['FAIRLEAD_SMTP_URL', 'localhost:25', /smtp:/],
  ['FAIRLEAD_MAIL_FROM', 'somebody', /not an address/],
  ['FAIRLEAD_MAIL_FROM', 'A <a@example.org>\r\nBcc: b@example.org', /not an address/],
  ['FAIRLEAD_MAIL_FROM', '', /FAIRLEAD_SMTP_URL needs it/],
  ['FAIRLEAD_MAIL_RECIPIENT_HOURLY_LIMIT', '0', /1 to 10000/],
])('%s=%s is refused by name', (name, value, reason) => {
  const mail = { FAIRLEAD_SMTP_URL: 'smtp://localhost:2525', FAIRLEAD_MAIL_FROM: 'f@example.org' }
  expect(() => workerSettings({ ...complete, ...mail, [name]: value })).toThrow(
    new RegExp(`${name}.*${reason.source}`),
  )
})

describe('containers', () => {
  const cluster = { ...complete, FAIRLEAD_KUBERNETES_NAMESPACE: 'fairlead-jobs' }

  it('are run by nobody unless a cluster is named', () => {
    expect(backendSettings(complete).stagingAddress).toBeUndefined()
    expect(workerSettings(complete).containers).toBeUndefined()
  })

  it('need what pods are staged from, and by', () => {
    expect(() => backendSettings(cluster)).toThrow(/^FAIRLEAD_STAGING_ADDRESS is not set, and/u)
    expect(() => workerSettings(cluster)).toThrow(
      /FAIRLEAD_AGENT_IMAGE is not set, and [^\n]+\nFAIRLEAD_STAGING_URL is not set, and/u,
    )
  })

  it('run where the cluster is', () => {
    const staging = { ...cluster, FAIRLEAD_STAGING_ADDRESS: '0.0.0.0:10006' }
    expect(backendSettings(staging).stagingAddress).toEqual({ host: '0.0.0.0', port: 10006 })
    const agent = { FAIRLEAD_AGENT_IMAGE: 'fairlead-agent:1', FAIRLEAD_STAGING_URL: 'http://staging:10006/' }
    expect(workerSettings({ ...cluster, ...agent }).containers).toEqual({
      namespace: 'fairlead-jobs',
      kubeconfig: undefined,
      installation: 'fairlead',
      agentImage: 'fairlead-agent:1',
      stagingUrl: 'http://staging:10006',
      imagePullSecret: undefined,
      steps: 32,
    })
  })

  it.each(['Jobs', 'jobs_1', '-jobs'])('are refused a namespace that is none: %s', (namespace) => {
    expect(() => backendSettings({ ...cluster, FAIRLEAD_KUBERNETES_NAMESPACE: namespace })).toThrow(
      'FAIRLEAD_KUBERNETES_NAMESPACE is not a name of Kubernetes',
    )
  })

  it('of compute-to-data clients are asked for by listed accounts alone', () => {
    expect(backendSettings(complete).computeProviders).toEqual([])
    expect(() => backendSettings({ ...complete, FAIRLEAD_COMPUTE_PROVIDERS: 'anyone' })).toThrow(
      /^FAIRLEAD_COMPUTE_PROVIDERS /u,
    )
  })
})
