import { setTimeout } from 'node:timers/promises'
import { GetJobRequest, JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { appendEvents } from '../../../backend/src/modules/jobs/job-changes.ts'
import { withDatabaseUrl } from '../../../e2e/cluster/faults/database.ts'
import { fixReplicas } from '../../../e2e/cluster/faults/pods.ts'
import { ClusterTool } from '../../../e2e/cluster/harness/cluster-tool.ts'
import { clusterTool, Installation } from '../../../e2e/cluster/harness/installation.ts'
import { installationUnderTest } from '../../../e2e/cluster/harness/installation-under-test.ts'
import { COMPONENT, type Kubectl } from '../../../e2e/cluster/harness/kubectl.ts'
import { type Api, apiAs, circleInside, type Job } from '../../../e2e/support/api.ts'
import { WebLoad } from '../grpc/web-load.ts'
import type { BenchReport } from '../report.ts'
import { timeBarePod } from './bare-pod.ts'
import { imageSizes } from './image-sizes.ts'
import { JobStream } from './job-stream.ts'
import { PodTimes } from './pod-times.ts'
import { quantile, type SteadyLoad, steadyLoad } from './steady-load.ts'

const ORGANIZATION = 'survey-institute'
const STREAMS = 20
const CALLS_PER_SECOND = 40
const CONNECTIONS = 16
const EVENT_EVERY_MS = 100
/** Of the load without a rollout. */
const REFERENCE_MS = 30_000
/** After the last old pod is gone. */
const AFTERWARDS_MS = 5_000
const ROLLOUT_MS = 300_000

/**
 * A rolling update of the backend, two pods, while gRPC-web calls come at a fixed rate and streams are open, through a
 * port-forward of Envoy; beside it the same load without an update. An installation that FAIRLEAD_URL and the
 * like name is used, else one is made from the overlay `dev`, and removed.
 */
export async function run(): Promise<BenchReport> {
  const tool = ClusterTool.find(process.env)
  if (typeof tool === 'string') {
    console.log(`bench rollout is skipped: ${tool}`)
    return { name: 'rollout', lines: [] }
  }
  await using started = new AsyncDisposableStack()
  await clusterTool()
  const installation = await installationFor(started)
  const { kubectl, system, loopbackUrl } = installation
  const restore = await fixReplicas(installation, 'backend', 2)
  started.defer(restore)
  const api = await apiAs(system, 'alice', ORGANIZATION)
  const token = await apiToken(api)
  const jobs = await pendingJobs(api)
  started.defer(async () => void (await Promise.all(jobs.map(({ name }) => api.post(`${name}:cancel`, {})))))
  const message = GetJobRequest.encode({ name: jobs[0]?.name ?? '' }).finish()
  const load = new WebLoad(
    { origin: loopbackUrl, method: JobServiceService.getJob.path, message, token },
    CONNECTIONS,
  )
  started.defer(() => load.close())
  const streams = jobs.map(({ name }) => new JobStream(loopbackUrl, name, token))

  const measured = await withDatabaseUrl(installation, async (url) => {
    const dataSource = await createDataSource(url).initialize()
    try {
      const stopped = new AbortController()
      const events = tellEvents(stopped.signal, jobs, (id, text) =>
        appendEvents(dataSource, id, [{ kind: 'log', payload: { task: 0, text } }]),
      )
      const reference = await underLoad(load, () => setTimeout(REFERENCE_MS))
      const resumedBefore = sum(streams.map(({ resumed }) => resumed))
      const times = new PodTimes(kubectl, `${COMPONENT}=backend`)
      const begin = performance.now()
      const rollout = await underLoad(load, () => rollOut(kubectl))
      const durationMs = performance.now() - begin
      const readyMs = times.stop()
      stopped.abort()
      await events
      const last = new Map<string, bigint>()
      for (const { name } of jobs) {
        const { lastSequence } = await api.get<{ lastSequence: string }>(name)
        last.set(name, BigInt(lastSequence))
      }
      await caughtUp(
        streams,
        jobs.map(({ name }) => last.get(name) ?? 0n),
      )
      const behind = streams.filter((stream, index) => stream.sequence !== last.get(jobs[index]?.name ?? ''))
      return { reference, rollout, durationMs, readyMs, resumedBefore, behind: behind.length }
    } finally {
      await dataSource.destroy()
    }
  })
  await Promise.all(streams.map((stream) => stream.stop()))
  const faults = streams.flatMap((stream) => stream.faults)
  for (const fault of [...measured.rollout.failures, ...measured.reference.failures, ...faults].slice(0, 10))
    console.log(`  ${fault}`)
  const bareMs: number[] = []
  const image = await imageOf(kubectl, 'backend')
  for (let pod = 0; pod < 3; pod++) bareMs.push(await timeBarePod(kubectl, image))
  const { reference, rollout, durationMs, readyMs } = measured
  const latency = (label: string, share: number) => {
    const [value, floor] = [quantile(rollout.latenciesMs, share), quantile(reference.latenciesMs, share)]
    return { label, value, unit: 'ms', reference: floor, ratio: value / floor }
  }
  const [ready, bare] = [quantile(readyMs, 0.5) / 1_000, quantile(bareMs, 0.5) / 1_000]
  const count = (label: string, value: number, target: string, referenceValue?: number) => ({
    label,
    value,
    unit: '',
    ...(referenceValue === undefined ? {} : { reference: referenceValue }),
    target,
  })
  return {
    name: 'rollout',
    lines: [
      { label: 'rolling update of two backend pods', value: durationMs / 1_000, unit: 's' },
      count('unary calls that failed', rollout.failures.length, '0', reference.failures.length),
      count('unary calls that were answered', rollout.latenciesMs.length, '', reference.latenciesMs.length),
      latency(`GetJob at ${CALLS_PER_SECOND}/s, median`, 0.5),
      latency(`GetJob at ${CALLS_PER_SECOND}/s, 99th percentile`, 0.99),
      count('streams open', STREAMS, ''),
      count(
        'times that streams were resumed',
        sum(streams.map(({ resumed }) => resumed)) - measured.resumedBefore,
        `>= ${STREAMS}`,
      ),
      count('streams that missed the end', measured.behind, '0'),
      count('events lost or repeated', faults.length, '0'),
      {
        label: 'backend pod created to ready, median',
        value: ready,
        unit: 's',
        reference: bare,
        ratio: ready / bare,
      },
      ...(await imageSizes(kubectl, [image, await imageOf(kubectl, 'frontend')])),
    ],
  }
}

async function installationFor(started: AsyncDisposableStack): Promise<Installation> {
  const given = installationUnderTest()
  if (given !== undefined) return given
  const made = await Installation.deploy('dev', (line) => console.log(line))
  started.defer(() => made.close())
  return made
}

async function apiToken(api: Api): Promise<string> {
  const { secret } = await api.post<{ secret: string }>('users/me/apiTokens', {
    displayName: 'bench',
    scopes: ['jobs.read'],
    expireTime: new Date(Date.now() + 3_600_000).toISOString(),
  })
  return secret
}

async function pendingJobs(api: Api): Promise<readonly Job[]> {
  const dataset = 'survey-tile-1'
  const circle = await circleInside(api, ORGANIZATION, dataset, 0.02)
  const parameters = [
    ['ID', dataset],
    ['CIRCLE', circle],
  ] as const
  return Promise.all(
    Array.from({ length: STREAMS }, (_, index) =>
      api.createJob(parameters, { keepPending: true, runId: `rollout ${index}` }),
    ),
  )
}

/** An event of one job after the other. */
async function tellEvents(
  ended: AbortSignal,
  jobs: readonly Job[],
  append: (id: string, text: string) => Promise<unknown>,
): Promise<void> {
  for (let count = 0; !ended.aborted; count++) {
    const name = jobs[count % jobs.length]?.name ?? ''
    await append(name.slice(name.lastIndexOf('/') + 1), `line ${count}`)
    await setTimeout(EVENT_EVERY_MS)
  }
}

async function underLoad(load: WebLoad, meanwhile: () => Promise<unknown>): Promise<SteadyLoad> {
  const ended = new AbortController()
  const outcome = steadyLoad(() => load.once(), CALLS_PER_SECOND, ended.signal)
  try {
    await meanwhile()
  } finally {
    ended.abort()
  }
  return outcome
}

/** Until the new pods serve, and the old ones are gone with their last streams. */
async function rollOut(kubectl: Kubectl): Promise<void> {
  await kubectl.run(['rollout', 'restart', 'deployment/backend'])
  await kubectl.run(['rollout', 'status', 'deployment/backend', `--timeout=${ROLLOUT_MS}ms`], {
    timeoutMs: ROLLOUT_MS,
  })
  const deadline = performance.now() + ROLLOUT_MS
  while ((await kubectl.list<unknown>('pods', 'backend')).length > 2) {
    if (performance.now() > deadline) throw new Error('old pods do not go')
    await setTimeout(500)
  }
  await setTimeout(AFTERWARDS_MS)
}

/** Within ten seconds; who is not is counted by the caller. */
async function caughtUp(streams: readonly JobStream[], last: readonly bigint[]): Promise<void> {
  const deadline = performance.now() + 10_000
  while (performance.now() < deadline && streams.some(({ sequence }, index) => sequence !== last[index]))
    await setTimeout(50)
}

async function imageOf(kubectl: Kubectl, deployment: string): Promise<string> {
  return kubectl.run([
    'get',
    'deployment',
    deployment,
    '--output',
    'jsonpath={.spec.template.spec.containers[0].image}',
  ])
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
