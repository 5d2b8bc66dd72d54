import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type EnvoySettings, renderEnvoy } from '../../../envoy/render.ts'
import { envoySettings } from '../../../envoy/settings.ts'
import { findEnvoy } from '../envoy/binary.ts'
import { Refusal } from '../refusal.ts'
import { runCommand } from './run-command.ts'

const loopback = (port: number) => ({ host: '127.0.0.1', port })
const common = { listenIpv6: false, port: 10_000, adminPort: 9901 }

/** One of each profile, with everything that a flag may add. */
const profiles: Record<string, EnvoySettings> = {
  embedded: {
    ...common,
    profile: 'embedded',
    listenAddress: '127.0.0.1',
    listenIpv6: true,
    backendGrpc: loopback(10_001),
    backendHttp: loopback(10_002),
    frontend: loopback(10_003),
    identity: loopback(10_004),
    mail: loopback(10_005),
  },
  'embedded with hot reload': {
    ...common,
    profile: 'embedded',
    listenAddress: '127.0.0.1',
    backendGrpc: loopback(10_001),
    backendHttp: loopback(10_002),
    frontend: loopback(10_003),
    identity: loopback(10_004),
    mail: loopback(10_005),
    hotReload: true,
  },
  cluster: envoySettings({ FAIRLEAD_PUBLIC_URL: 'https://fairlead.example.org' }),
  'cluster with everything': envoySettings({
    FAIRLEAD_PUBLIC_URL: 'http://dev1.localhost:10001',
    FAIRLEAD_OIDC_ISSUER: 'https://identity.example.org/realms/fairlead',
    FAIRLEAD_DEVELOPMENT: 'true',
    FAIRLEAD_S3_BUCKET: 'fairlead',
    FAIRLEAD_ENVOY_IDENTITY: 'keycloak:8080',
    FAIRLEAD_ENVOY_MAIL: 'smtp-logger:8025',
    FAIRLEAD_ENVOY_OBJECTS: 'minio:9000',
    FAIRLEAD_ENVOY_TRACES: 'collector:4318',
    FAIRLEAD_ENVOY_HOT_RELOAD: 'true',
    FAIRLEAD_ENVOY_TRUSTED_HOPS: '1',
  }),
}

await runCommand(async () => {
  const envoy = await findEnvoy(process.env)
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-envoy-'))
  try {
    for (const [name, settings] of Object.entries(profiles)) {
      await validate(envoy, join(folder, 'envoy.yaml'), settings, name)
      process.stdout.write(`${name}: valid\n`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return 0
})

async function validate(envoy: string, path: string, settings: EnvoySettings, name: string): Promise<void> {
  writeFileSync(path, renderEnvoy(settings))
  try {
    await promisify(execFile)(envoy, ['--mode', 'validate', '--log-level', 'error', '-c', path])
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new Refusal(`Envoy does not accept the ${name} profile: ${output}`, { cause: error })
  }
}
