import { randomUUID } from 'node:crypto'
import { ClusterTool } from '../../../e2e/cluster/harness/cluster-tool.ts'
import { referenceByDigest } from '../../../e2e/cluster/harness/digest-reference.ts'
import { Kubectl } from '../../../e2e/cluster/harness/kubectl.ts'
import { repository } from '../../../e2e/cluster/harness/repository.ts'
import { median } from '../median.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { type ContainerSystem, startContainerSystem } from './container-system.ts'
import { startOpenStaging } from './open-staging.ts'
import { jobOfRun, PlainJobs } from './plain-job.ts'

const AGENT = 'fairlead-bench/agent:1'
const ALGORITHM = 'fairlead-bench/example-tiles:1'
/** Seconds since 1970, with nanoseconds, by the container's own clock. */
const COMMAND = ['/bin/date', '+began %s.%N']
const PAIRS = 10
const AT_ONCE = 20
const FAN_OUT = 200
/** Pods that a node of two processors takes by what they ask for, with room for others. */
const PARALLEL = 6

/**
 * From the submission of a job to its algorithm's first instruction, with every image on the node; beside it the very
 * same pod made by `kubectl create` of a Job. The same for a fan-out, until all of it has ended. And what it asks of the
 * API server.
 */
export async function run(): Promise<BenchReport> {
  const tool = ClusterTool.find(process.env)
  if (typeof tool === 'string') {
    console.log(`bench dispatch is skipped: ${tool}`)
    return { name: 'dispatch', lines: [] }
  }
  await tool.call(['up'])
  Object.assign(process.env, await tool.environment())
  await tool.call(['build', AGENT, repository, '--target', 'agent'])
  await tool.call(['build', ALGORITHM, repository, '--target', 'example-tiles'])

  await using started = new AsyncDisposableStack()
  const kubectl = new Kubectl(`fl-dispatch-${randomUUID().slice(0, 8)}`)
  await kubectl.run(['create', 'namespace', kubectl.namespace])
  started.defer(
    async () => void (await kubectl.run(['delete', 'namespace', kubectl.namespace, '--wait=false'])),
  )
  const plain = new PlainJobs(kubectl, await startOpenStaging(started))
  await plain.prepare()
  const system = await startContainerSystem(started, {
    namespace: kubectl.namespace,
    kubeconfig: process.env['KUBECONFIG'] ?? '',
    agentImage: `docker.io/${AGENT}`,
    image: await referenceByDigest(ALGORITHM),
    command: COMMAND,
    fanOut: { count: FAN_OUT, parallel: PARALLEL },
  })
  return {
    name: 'dispatch',
    lines: [...(await oneByOne(system, kubectl, plain)), ...(await fanOut(system, kubectl, plain))],
  }
}

async function oneByOne(system: ContainerSystem, kubectl: Kubectl, plain: PlainJobs): Promise<BenchLine[]> {
  // The first of each, from which the reference's pod is taken, is not counted.
  const first = await system.submit('ALGORITHM')
  const model = await jobOfRun(kubectl, 1)
  await system.completed(first)
  const ours: number[] = []
  const theirs: number[] = []
  const before = await system.requests()
  for (let pair = 0; pair < PAIRS; pair++) {
    const begin = Date.now()
    const job = await system.submit('ALGORITHM')
    await system.completed(job)
    ours.push(beganAt(await system.log(job)) - begin)

    const plainBegin = Date.now()
    const name = await plain.create(model)
    await plain.completed(name)
    theirs.push(beganAt(await plain.log(name)) - plainBegin)
    await plain.remove(name)
    console.error(`job ${pair + 1} of ${PAIRS}: ${ours.at(-1)} ms, and ${theirs.at(-1)} ms by kubectl`)
  }
  const apart = ((await system.requests()) - before) / PAIRS

  const beforeMany = await system.requests()
  const many = await Promise.all(Array.from({ length: AT_ONCE }, () => system.submit('ALGORITHM')))
  await Promise.all(many.map((job) => system.completed(job)))
  const together = ((await system.requests()) - beforeMany) / AT_ONCE
  console.error(`requests for a job: ${together} of ${AT_ONCE} at once, ${apart} one at a time`)
  const [value, reference] = [median(ours), median(theirs)]
  return [
    {
      label: 'submit to the container’s start, against kubectl create',
      value,
      unit: 'ms',
      reference,
      ratio: value / reference,
      target: '<= 1.3',
    },
    {
      label: `requests to the API server for a job, ${AT_ONCE} at once against one at a time`,
      value: together,
      unit: '',
      reference: apart,
      ratio: together / apart,
      target: '<= 1',
    },
  ]
}

async function fanOut(system: ContainerSystem, kubectl: Kubectl, plain: PlainJobs): Promise<BenchLine[]> {
  const before = await system.requests()
  const begin = Date.now()
  const job = await system.submit('WORKFLOW')
  const model = await jobOfRun(kubectl, FAN_OUT)
  const { endTime } = await system.completed(job)
  const value = (endTime?.getTime() ?? Number.NaN) - begin
  const requests = ((await system.requests()) - before) / FAN_OUT

  console.error(`a fan-out: ${value} ms, ${requests} requests for a container`)
  const plainBegin = Date.now()
  const name = await plain.create(model)
  await plain.completed(name)
  const reference = Date.now() - plainBegin
  await plain.remove(name)
  return [
    {
      label: `${FAN_OUT} containers of a step, ${PARALLEL} at a time, against an Indexed Job`,
      value: value / 1000,
      unit: 's',
      reference: reference / 1000,
      ratio: value / reference,
      target: '<= 1.3',
    },
    { label: 'requests to the API server for a container of it', value: requests, unit: '' },
  ]
}

/** By what the container wrote, milliseconds. */
function beganAt(lines: readonly string[]): number {
  const found = lines
    .map((line) => /^began (\d+\.\d+)$/.exec(line)?.[1])
    .find((seconds) => seconds !== undefined)
  if (found === undefined) throw new Error(`no container says when it began: ${lines.join(' | ')}`)
  return Number(found) * 1000
}
