import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Job, JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { Client, credentials, Metadata, type MethodDefinition } from '@grpc/grpc-js'
import pg from 'pg'
import { nodeOptions } from '../../../backend/src/node-options.ts'
import {
  type BackendSystem,
  freePort,
  healthy,
  startBackend,
  stopProcess,
} from '../backend-system/start-backend.ts'

const { createJob, getJob, listJobLog } = JobServiceService
const workerFile = fileURLToPath(new URL('../../../backend/src/worker.ts', import.meta.url))
/** Between two looks at a job. */
const POLL_MS = 50

export interface ContainerSystemOptions {
  readonly namespace: string
  readonly kubeconfig: string
  readonly agentImage: string
  /** By digest: says in its log when it began. */
  readonly image: string
  readonly command: readonly string[]
  /** Containers of the step that fans out, and how many of them are side by side. */
  readonly fanOut: { readonly count: number; readonly parallel: number }
}

/** A backend and a worker that runs containers on a cluster, with one algorithm and one workflow of it. */
export interface ContainerSystem {
  /** Queues a job; resolves when the backend has answered. */
  submit(what: 'ALGORITHM' | 'WORKFLOW'): Promise<string>
  /** Resolves with the job once it has completed; rejects when it has ended otherwise. */
  completed(name: string): Promise<Job>
  /** What the containers of a job wrote. */
  log(name: string): Promise<string[]>
  /** Requests that the worker has sent to the API server so far. */
  requests(): Promise<number>
}

export async function startContainerSystem(
  started: AsyncDisposableStack,
  options: ContainerSystemOptions,
): Promise<ContainerSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
  started.defer(() => rmSync(folder, { recursive: true, force: true }))
  const [stagingPort, workerPort] = [await freePort(), await freePort()]
  const staging = `${addressForPods()}:${stagingPort}`
  const environment = {
    FAIRLEAD_SECRET: randomBytes(32).toString('hex'),
    FAIRLEAD_OBJECTS_FOLDER: join(folder, 'objects'),
    FAIRLEAD_KUBERNETES_NAMESPACE: options.namespace,
    FAIRLEAD_KUBECONFIG: options.kubeconfig,
    FAIRLEAD_AGENT_IMAGE: options.agentImage,
    FAIRLEAD_STAGING_ADDRESS: staging,
    FAIRLEAD_STAGING_URL: `http://${staging}`,
    FAIRLEAD_ALGORITHM_REGISTRIES: options.image.replace(/@.*$/, ''),
  }
  const system = await startBackend(started, { environment })
  await registerWork(system, options)
  const worker = startWorker(system, {
    ...environment,
    FAIRLEAD_WORKER_HTTP_ADDRESS: `127.0.0.1:${workerPort}`,
  })
  started.defer(() => stopProcess(worker))
  await healthy(workerPort)
  const client = new Client(system.grpcAddress, credentials.createInsecure())
  started.defer(() => client.close())
  const call = unaryCalls(client, system.authorization)

  const get = (name: string) => call(getJob, { name })
  return {
    async submit(what) {
      const value = what === 'ALGORITHM' ? 'began@1' : 'began-often@1'
      const { name } = await call(createJob, {
        parent: system.parent,
        service: 'workflow',
        parameters: [{ name: what, value }],
        runId: '',
        executionDuration: undefined,
        destructionTime: undefined,
        keepPending: false,
        requestId: '',
      })
      return name
    },
    async completed(name) {
      for (;;) {
        const job = await get(name)
        if (job.phase === 'PHASE_COMPLETED') return job
        if (job.endTime !== undefined) throw new Error(`${name} is ${job.phase}: ${job.error?.message}`)
        await setTimeout(POLL_MS)
      }
    },
    async log(name) {
      const { lines } = await call(listJobLog, {
        parent: name,
        task: undefined,
        container: undefined,
        pageSize: 1000,
        pageToken: '',
      })
      return lines.map(({ text }) => text)
    },
    async requests() {
      const text = await (await fetch(`http://127.0.0.1:${workerPort}/metrics`)).text()
      return text
        .split('\n')
        .filter((line) => line.startsWith('fairlead_kubernetes_requests_total{'))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
    },
  }
}

function startWorker(system: BackendSystem, environment: Readonly<Record<string, string>>): ChildProcess {
  const env = {
    FAIRLEAD_DATABASE_URL: system.databaseUrl,
    FAIRLEAD_PUBLIC_URL: 'http://localhost:10000',
    FAIRLEAD_LOG_LEVEL: 'error',
    FAIRLEAD_WORKER_CONCURRENCY: '1',
    ...environment,
  }
  return spawn(process.execPath, [...nodeOptions, workerFile], { env, stdio: ['ignore', 2, 2] })
}

function unaryCalls(client: Client, authorization: string) {
  const metadata = new Metadata()
  metadata.set('authorization', authorization)
  return <Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = method
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        (error, answer) => {
          if (error !== null) reject(error)
          else if (answer === undefined) reject(new Error('neither an error nor an answer'))
          else resolve(answer)
        },
      )
    })
}

/** As people would have registered and approved it, without the people. */
async function registerWork(system: BackendSystem, options: ContainerSystemOptions): Promise<void> {
  const client = new pg.Client({ connectionString: system.databaseUrl })
  await client.connect()
  try {
    await client.query(
      `insert into environments
         (id, display_name, cpu_millis, memory_bytes, disk_bytes, max_duration_ms, max_parallel, price_factor)
       values ('bench', 'Bench', 100, 64::bigint << 20, 32::bigint << 20, 600000, $1, 1000)`,
      [options.fanOut.parallel],
    )
    const algorithm = {
      displayName: 'Began',
      description: '',
      image: options.image,
      command: options.command,
      arguments: [],
      parameters: [],
      inputs: [],
      environment: 'environments/bench',
      datasets: [],
      forEveryOrganization: false,
    }
    await client.query(
      `insert into algorithms
         (id, organization_id, slug, version, spec, state, for_every_organization, registrant_id)
       values ($1, $2, 'began', 1, $3, 'APPROVED', false, $4)`,
      [randomUUID(), system.organizationId, JSON.stringify(algorithm), system.userId],
    )
    const workflow = {
      displayName: 'Began often',
      description: '',
      parameters: [],
      inputs: [],
      steps: [{ name: 'began', algorithm: 'began@1', fanOut: { count: options.fanOut.count } }],
    }
    await client.query(
      `insert into workflows (id, organization_id, slug, version, spec, author_id) values ($1, $2, 'began-often', 1, $3, $4)`,
      [randomUUID(), system.organizationId, JSON.stringify(workflow), system.userId],
    )
  } finally {
    await client.end()
  }
}

/** One of this machine's that pods of a cluster on it reach. */
export function addressForPods(): string {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
  // The bridge of the cluster that the tests start.
  const found = addresses.find((address) => address.startsWith('198.18.')) ?? addresses[0]
  if (found === undefined) throw new Error('this machine has no address that pods could reach')
  return found
}
