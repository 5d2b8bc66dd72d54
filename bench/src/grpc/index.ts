import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { startFairlead } from '@fairlead/dev/start'
import {
  CreateJobRequest,
  GetJobRequest,
  Job,
  JobServiceService,
} from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { runEnvoy } from '../../../dev/src/testing/envoy.ts'
import { median } from '../median.ts'
import type { BenchReport } from '../report.ts'
import { WebLoad } from './web-load.ts'

const CONNECTIONS = 32
const ROUNDS = 7
const WARM_UP_MS = 3_000
const ROUND_MS = 2_000
const { createJob, getJob } = JobServiceService

/**
 * GetJob of a completed job, with its owner's access token, through Envoy as gRPC-web; beside it, an empty
 * grpc-js handler behind an Envoy of the same configuration. Rounds alternate, so that what else the machine
 * does falls on both.
 */
export async function run(): Promise<BenchReport> {
  const started = new AsyncDisposableStack()
  try {
    return await measure(started)
  } finally {
    await started.disposeAsync()
  }
}

async function measure(started: AsyncDisposableStack): Promise<BenchReport> {
  const fairlead = await startFairlead()
  started.defer(async () => void (await fairlead.stop()))
  const { ports } = await fairlead.run()
  const reference = fork(new URL('./empty-server.ts', import.meta.url))
  started.defer(() => {
    reference.kill()
  })
  const [referencePort] = await once(reference, 'message')

  const envoyBefore = async (backendGrpc: number) => {
    const unused = { host: '127.0.0.1', port: ports.backendHttp }
    const envoy = await runEnvoy({
      backendGrpc: { host: '127.0.0.1', port: backendGrpc },
      backendHttp: unused,
      frontend: unused,
    })
    started.defer(() => envoy.stop())
    return envoy.url
  }
  const token = await fairlead.token('alice')
  const loadOf = (origin: string, method: string, message: Uint8Array, connections = CONNECTIONS) => {
    const load = new WebLoad({ origin, method, message, token }, connections)
    started.defer(() => load.close())
    return load
  }

  const origin = await envoyBefore(ports.backendGrpc)
  const name = await completedJob((method, message) => loadOf(origin, method, message, 1).once())
  const message = GetJobRequest.encode({ name }).finish()
  const own = loadOf(origin, getJob.path, message)
  const empty = loadOf(await envoyBefore(Number(referencePort)), getJob.path, message)

  const ownRates: number[] = []
  const emptyRates: number[] = []
  await own.rate(WARM_UP_MS)
  await empty.rate(WARM_UP_MS)
  for (let round = 0; round < ROUNDS; round++) {
    ownRates.push(await own.rate(ROUND_MS))
    emptyRates.push(await empty.rate(ROUND_MS))
  }
  const value = median(ownRates)
  const floor = median(emptyRates)
  return {
    name: 'grpc',
    lines: [
      {
        label: 'GetJob through Envoy as gRPC-web',
        value,
        unit: 'req/s',
        reference: floor,
        ratio: value / floor,
        target: '>= 0.6',
      },
    ],
  }
}

type Send = (method: string, message: Uint8Array) => Promise<Buffer>

/** Submits a preview of a demo image, and waits until it is there. */
async function completedJob(send: Send): Promise<string> {
  const request = CreateJobRequest.fromPartial({
    parent: 'organizations/survey-institute',
    service: 'preview',
    parameters: [{ name: 'ID', value: 'survey-tile-1' }],
  })
  let job = Job.decode(await send(createJob.path, createJob.requestSerialize(request)))
  while (job.phase !== 'PHASE_COMPLETED') {
    if (job.phase === 'PHASE_ERROR') throw new Error(`the job failed: ${job.error?.message}`)
    await setTimeout(50)
    job = Job.decode(await send(getJob.path, getJob.requestSerialize({ name: job.name })))
  }
  return job.name
}
