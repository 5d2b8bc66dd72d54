import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runEnvoy } from '../../../dev/src/testing/envoy.ts'
import { startBackend } from '../backend-system/start-backend.ts'
import { timed } from '../timed.ts'
import { type MadeFile, madeFile } from './made-file.ts'
import { watchMemory } from './memory-peak.ts'
import type { Store } from './stores.ts'
import { uploadFile } from './upload-file.ts'

export interface MeasuredUploads {
  readonly uploadsMs: readonly number[]
  readonly directMs: readonly number[]
  /** Above idle, at most. */
  readonly backendMb: number
  readonly envoyMb: number
}

const WARM_UP_BYTES = 256 << 10

export async function measureUploads(store: Store, file: MadeFile, rounds: number): Promise<MeasuredUploads> {
  await using started = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-store-'))
  started.defer(() => rm(folder, { recursive: true, force: true }))
  const environment = await store.environment(folder)
  started.defer(() => store.remove())
  const backend = await startBackend(started, { environment })
  const [host = '', grpcPort] = backend.grpcAddress.split(':')
  const http = { host, port: Number(backend.httpAddress.split(':')[1]) }
  const envoy = await runEnvoy({
    backendGrpc: { host, port: Number(grpcPort) },
    backendHttp: http,
    frontend: http,
    objects: store.endpoint,
  })
  started.defer(() => envoy.stop())
  const upload = (what: MadeFile) =>
    uploadFile(what, { origin: envoy.url, parent: backend.parent, authorization: backend.authorization })

  await using small = await madeFile(WARM_UP_BYTES)
  await upload(small)
  const backendMemory = await watchMemory(backend.pid)
  const envoyMemory = await watchMemory(envoy.pid)
  const [uploadsMs, directMs]: [number[], number[]] = [[], []]
  let [backendMb, envoyMb] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    directMs.push(await timed(() => store.putDirectly(file, backend.httpAddress)))
    await store.clear()
    backendMemory.begin()
    envoyMemory.begin()
    uploadsMs.push(await timed(() => upload(file)))
    backendMb = Math.max(backendMb, backendMemory.end())
    envoyMb = Math.max(envoyMb, envoyMemory.end())
    await store.clear()
  }
  return { uploadsMs, directMs, backendMb, envoyMb }
}
