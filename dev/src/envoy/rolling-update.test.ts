import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../../backend/src/database/migrate.ts'
import { startTestIssuer, type TestIssuer } from '../../../backend/src/testing/issuer.ts'
import { type PostgresServer, startPostgresServer } from '../../../backend/src/testing/postgres-server.ts'
import { inRepository } from '../repository.ts'
import { httpReady } from '../supervisor/readiness.ts'
import { type RunningEnvoy, runEnvoy } from '../testing/envoy.ts'
import { freePort } from '../testing/free-port.ts'
import { type NameServer, nameServer } from '../testing/name-server.ts'

// Backends, each on an address of its own behind one name, are replaced one after the other as Kubernetes does it.

/** preStop: above the 5 s after which Envoy asks DNS again. In a cluster it is longer, as DNS there takes its time. */
const PRE_STOP_MS = 8_000
/** Of calls that are under way all the time. */
const CALLERS = 8

let postgres: PostgresServer
let issuer: TestIssuer
let names: NameServer
let envoy: RunningEnvoy
let folder: string
let ports: { grpc: number; http: number }
const backends = new Map<string, ChildProcess>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-rolling-'))
  ports = { grpc: await freePort(), http: await freePort() }
  ;[postgres, issuer, names] = await Promise.all([startPostgresServer(), startTestIssuer(), nameServer([])])
  await migrate(postgres.url('postgres'))
  await Promise.all(['127.0.0.2', '127.0.0.3'].map(start))
  names.addresses = [...backends.keys()]
  const at = (port: number) => ({ host: 'backend.example', port })
  const settings = { backendGrpc: at(ports.grpc), backendHttp: at(ports.http), frontend: at(ports.http) }
  envoy = await runEnvoy(settings, names.port)
}, 240_000)

afterAll(async () => {
  await envoy?.stop()
  await Promise.all([...backends.keys()].map(stop))
  await Promise.all([postgres?.stop(), issuer?.stop(), names?.close()])
  rmSync(folder, { recursive: true, force: true })
})

/** Resolves when it is ready. */
async function start(address: string): Promise<void> {
  const child = spawn(process.execPath, [inRepository('backend', 'src', 'main.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      FAIRLEAD_DATABASE_URL: postgres.url('postgres'),
      FAIRLEAD_GRPC_ADDRESS: `${address}:${ports.grpc}`,
      FAIRLEAD_HTTP_ADDRESS: `${address}:${ports.http}`,
      FAIRLEAD_PUBLIC_URL: 'http://fairlead.example',
      FAIRLEAD_SECRET: 's'.repeat(32),
      FAIRLEAD_OIDC_ISSUER: issuer.oidc.issuer,
      FAIRLEAD_OBJECTS_FOLDER: folder,
    },
  })
  backends.set(address, child)
  await httpReady(`http://${address}:${ports.http}/healthz`)(AbortSignal.timeout(120_000))
}

async function stop(address: string): Promise<void> {
  const child = backends.get(address)
  backends.delete(address)
  if (child === undefined || child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

/** As a Deployment with maxSurge 1 and maxUnavailable 0: the new one is ready before the old one leaves the name. */
async function replace(old: string, successor: string): Promise<void> {
  await start(successor)
  names.addresses = [...backends.keys()].filter((address) => address !== old)
  await sleep(PRE_STOP_MS)
  await stop(old)
}

// Others of the loopback's addresses, which Linux has without being told.
test.runIf(process.platform === 'linux')(
  'a rolling update of the backends fails no call',
  async () => {
    const token = await issuer.tokenOf('alice')
    const outcomes = new Map<string, number>()
    let over = false
    const call = async () => {
      const answer = await fetch(`${envoy.url}/api/v1/users/me`, {
        headers: { authorization: `Bearer ${token}` },
      })
      const text = await answer.text()
      return answer.ok ? 'answered' : `${answer.status} ${text}`
    }
    const caller = async () => {
      while (!over) {
        const outcome = await call().catch((error: unknown) => String(error))
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        await sleep(20)
      }
    }
    await expect.poll(call, { timeout: 30_000 }).toBe('answered')
    const callers = Array.from({ length: CALLERS }, caller)
    await replace('127.0.0.2', '127.0.0.4')
    await replace('127.0.0.3', '127.0.0.5')
    over = true
    await Promise.all(callers)
    expect([...outcomes.keys()]).toEqual(['answered'])
    expect(outcomes.get('answered')).toBeGreaterThan(100)
  },
  300_000,
)
