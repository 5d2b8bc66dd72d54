import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type RunningEnvoy, runEnvoy } from '../testing/envoy.ts'
import { type NameServer, nameServer } from '../testing/name-server.ts'
import { frame, grpcUpstream, type Upstream } from '../testing/upstreams.ts'

/** Two backends that one name stands for, as the pods behind a headless service, in front of them a real Envoy. */
let names: NameServer
let one: Upstream
let other: Upstream
let envoy: RunningEnvoy

// Others of the loopback's addresses, which Linux has without being told.
describe.runIf(process.platform === 'linux')('pods behind a name', () => {
  beforeEach(async () => {
    one = await grpcUpstream('one', { host: '127.0.0.2', port: 0 })
    other = await grpcUpstream('other', { host: '127.0.0.3', port: one.port })
    names = await nameServer(['127.0.0.2', '127.0.0.3'])
    const backend = { host: 'backend.example', port: one.port }
    envoy = await runEnvoy({ backendGrpc: backend, backendHttp: backend, frontend: backend }, names.port)
    await expect.poll(() => seen(20)).toEqual(['one', 'other'])
  })
  afterEach(async () => {
    await envoy.stop()
    await Promise.all([one.close(), other.close(), names.close()])
  })

  test('one that left the name gets nothing new, healthy as it is, and finishes what it has', async () => {
    const streams = await Promise.all(Array.from({ length: 8 }, () => call('WatchJob')))
    expect(new Set(streams.map(upstreamOf))).toEqual(new Set(['one', 'other']))
    names.addresses = ['127.0.0.3']
    // Within the 5 s after which Envoy asks again.
    await expect.poll(() => seen(20)).toEqual(['other'])
    for (const stream of streams) {
      // Eight empty messages, then the trailer frame with the status.
      const body = Buffer.from(await stream.arrayBuffer())
      expect(body.subarray(45).toString()).toMatch(/grpc-status:\s?0/)
    }
  })

  test('one that comes is found', async () => {
    names.addresses = ['127.0.0.3']
    await expect.poll(() => seen(20)).toEqual(['other'])
    names.addresses = ['127.0.0.2', '127.0.0.3']
    await expect.poll(() => seen(20)).toEqual(['one', 'other'])
  })

  test('one that is gone while the name still means it fails no call', async () => {
    await one.close()
    const answers = await Promise.all(Array.from({ length: 40 }, () => call('GetJob')))
    expect(new Set(answers.map(upstreamOf))).toEqual(new Set(['other']))
  })
})

const upstreamOf = (answer: Response) => answer.headers.get('x-upstream')

function call(method: string): Promise<Response> {
  return fetch(`${envoy.url}/grpc/fairlead.jobs.v1.JobService/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1' },
    body: frame(Buffer.alloc(0)),
  })
}

/** Which backends answer. */
async function seen(calls: number): Promise<(string | null)[]> {
  const answers = await Promise.all(Array.from({ length: calls }, () => call('GetJob')))
  return [...new Set(answers.map(upstreamOf))].sort()
}
