import { describe, expect, test } from 'vitest'
import { renderEnvoy } from './render.ts'
import { envoySettings } from './settings.ts'

const least = { FAIRLEAD_PUBLIC_URL: 'https://fairlead.example.org' }
const methods = { services: ['fairlead.jobs.v1.JobService'], streaming: [] }
const rendered = (env: Record<string, string>) => renderEnvoy(envoySettings({ ...least, ...env }), methods)
/** The directive of the policy that stands in a configuration. */
const directive = (configuration: string, name: string) =>
  new RegExp(`[" ](${name} [^;"]*)[;"]`).exec(configuration)?.[1]

const store = { FAIRLEAD_OBJECTS: 's3', FAIRLEAD_S3_BUCKET: 'fairlead', FAIRLEAD_ENVOY_OBJECTS: 'minio:9000' }

describe('a wrong setting is told with the way out', () => {
  test.each<[Record<string, string>, string]>([
    [
      { FAIRLEAD_PUBLIC_URL: 'fairlead' },
      'FAIRLEAD_PUBLIC_URL is not a URL that begins with http:// or https://.',
    ],
    [
      { FAIRLEAD_ENVOY_IDENTITY: 'keycloak' },
      'FAIRLEAD_ENVOY_IDENTITY is not host:port with a port from 1 to 65535.',
    ],
    [{ FAIRLEAD_ENVOY_MAIL: 'mail:0' }, 'FAIRLEAD_ENVOY_MAIL is not host:port with a port from 1 to 65535.'],
    [{ FAIRLEAD_ENVOY_HOT_RELOAD: 'yes' }, 'FAIRLEAD_ENVOY_HOT_RELOAD is neither true nor false.'],
    [
      { FAIRLEAD_ENVOY_TRUSTED_HOPS: '11' },
      'FAIRLEAD_ENVOY_TRUSTED_HOPS is not a whole number from 0 to 10.',
    ],
    [
      { FAIRLEAD_ENVOY_OBJECTS: 'minio:9000' },
      'FAIRLEAD_S3_BUCKET is not set, and FAIRLEAD_ENVOY_OBJECTS needs it.',
    ],
    [{ FAIRLEAD_S3_BUCKET: 'a/b' }, 'FAIRLEAD_S3_BUCKET is no name of a bucket: '],
    [
      { ...store, S3_ENDPOINT: 'http://minio.other:9000' },
      'FAIRLEAD_ENVOY_OBJECTS is not where S3_ENDPOINT leads, and addresses are signed for that. Set it to minio.other:9000',
    ],
    [
      { ...store, S3_ENDPOINT: 'https://minio:9000' },
      'FAIRLEAD_ENVOY_OBJECTS cannot be set with an S3_ENDPOINT that begins with https://',
    ],
    [{ ...store, FAIRLEAD_OBJECTS: 'filesystem' }, 'FAIRLEAD_ENVOY_OBJECTS needs FAIRLEAD_OBJECTS=s3'],
  ])('%o', (env, message) => {
    expect(() => envoySettings({ ...least, ...env })).toThrow(message)
  })

  test('none', () => {
    expect(() => envoySettings({})).toThrow('FAIRLEAD_PUBLIC_URL is not set. Set it, for example to')
  })
})

test.each([
  ['http://minio:9000', 'minio:9000'],
  ['http://MinIO', 'minio:80'],
])('a store at %s is reached as %s', (endpoint, address) => {
  const [host, port] = address.split(':')
  const settings = envoySettings({
    ...least,
    ...store,
    S3_ENDPOINT: endpoint,
    FAIRLEAD_ENVOY_OBJECTS: address,
  })
  expect(settings.objects).toEqual({ host, port: Number(port), bucket: 'fairlead' })
})

test('empty is the same as unset', () => {
  expect(envoySettings({ ...least, FAIRLEAD_ENVOY_IDENTITY: '', FAIRLEAD_ENVOY_TRUSTED_HOPS: '' })).toEqual(
    envoySettings(least),
  )
})

test('TLS is told to browsers when the public address has it', () => {
  expect(rendered({})).toContain('strict-transport-security')
  const plain = rendered({ FAIRLEAD_PUBLIC_URL: 'http://localhost:10000' })
  expect(plain).not.toContain('strict-transport-security')
})

describe('pages may fetch', () => {
  test.each<[string, Record<string, string>, string]>([
    ['from their own origin', {}, "connect-src 'self'"],
    [
      'from an issuer elsewhere',
      { FAIRLEAD_OIDC_ISSUER: 'https://id.example.org/realms/fairlead' },
      "connect-src 'self' https://id.example.org",
    ],
    [
      'from no other origin when the issuer is behind the front door',
      { FAIRLEAD_OIDC_ISSUER: 'https://fairlead.example.org/auth' },
      "connect-src 'self'",
    ],
    [
      'from a store elsewhere',
      { FAIRLEAD_OBJECTS: 's3', S3_ENDPOINT: 'https://s3.example.org' },
      "connect-src 'self' https://s3.example.org",
    ],
    [
      'from no other origin when the store is behind the front door',
      {
        FAIRLEAD_OBJECTS: 's3',
        S3_ENDPOINT: 'http://minio:9000',
        FAIRLEAD_S3_PUBLIC_URL: 'https://fairlead.example.org/objects',
      },
      "connect-src 'self'",
    ],
  ])('%s', (_, env, expected) => {
    expect(directive(rendered(env), 'connect-src')).toBe(expected)
  })
})

test('known passwords are behind known names only', () => {
  expect(rendered({})).toContain('domains: ["*"]')
  const development = rendered({
    FAIRLEAD_PUBLIC_URL: 'http://dev1.localhost:10001',
    FAIRLEAD_DEVELOPMENT: 'true',
  })
  expect(development).not.toContain('domains: ["*"]\n                      # Nobody')
  expect(development).toContain(
    'domains: ["dev1.localhost", "dev1.localhost:*", "localhost", "localhost:*", ',
  )
})

test('what names pods is asked of DNS again and again, and a pod that left it gets nothing new', () => {
  const configuration = rendered({})
  expect(configuration.match(/type: STRICT_DNS/g)).toHaveLength(3)
  expect(configuration.match(/ignore_health_on_host_removal: true/g)).toHaveLength(3)
})
