import { type Api, apiAs, type Job } from '../../support/api.ts'
import type { System } from '../../support/system.ts'
import { expect } from '../cluster-test.ts'
import { referenceByDigest } from '../harness/digest-reference.ts'
import { buildImages, exampleImage } from '../harness/images.ts'
import { clusterTool, type Installation } from '../harness/installation.ts'
import { Kubectl } from '../harness/kubectl.ts'
import type { Pod } from '../harness/objects.ts'

const organization = 'survey-institute'

/** As little as scripts can do with, so that a small machine has room for several and each limit is reached soon. */
const little = {
  cpuMillis: 100,
  memoryBytes: String(64 << 20),
  diskBytes: String(64 << 20),
  maxParallel: 1,
  priceFactorThousandths: 1000,
  open: true,
}
const environments = [
  { ...little, name: 'environments/little', displayName: 'Little', maxDuration: '240s' },
  {
    ...little,
    name: 'environments/brief',
    displayName: 'Little and brief',
    // What forks needs processor time to die, too.
    cpuMillis: 250,
    maxDuration: '20s',
  },
]

/** Tokens are good for some minutes, and a slow machine may take longer. */
const TOKEN_MS = 120_000

export interface Script {
  /** Of the algorithm. */
  readonly name: string
  readonly command: readonly string[]
  /** Default: little. Brief ends what it runs after 20 s. */
  readonly environment?: 'little' | 'brief'
  /** Default: one with Python and bash. */
  readonly image?: string
}

/** A job of alice that runs one container, and what Kubernetes has of it. */
export interface ScriptedJob {
  readonly name: string
  /** Its page. */
  readonly path: string
  readonly containers: Kubectl
  /** Selects its objects. */
  readonly selector: string
}

/** Algorithms that do as they are told: registered by a member, approved by the operator, and run. */
export class ScriptedJobs {
  readonly #system: System
  readonly #installation: Installation
  readonly #image: string
  readonly #signedIn = new Map<string, { readonly api: Promise<Api>; readonly sinceMs: number }>()

  private constructor(system: System, installation: Installation, image: string) {
    this.#system = system
    this.#installation = installation
    this.#image = image
  }

  static async prepare(system: System, installation: Installation): Promise<ScriptedJobs> {
    const example = await exampleImage('tiles')
    await buildImages(await clusterTool(), [example], console.log)
    const image = await referenceByDigest(`${example.newName}:${example.newTag}`)
    const operator = await apiAs(system, 'olivia', organization)
    const there = await operator.get<{ environments?: readonly { name: string }[] }>('environments')
    const missing = environments.filter(({ name }) => !there.environments?.some((one) => one.name === name))
    for (const environment of missing) await operator.post('environments', { environment })
    return new ScriptedJobs(system, installation, image)
  }

  async begin({ name, command, environment = 'little', image = this.#image }: Script): Promise<ScriptedJob> {
    const [member, operator] = await Promise.all([this.#as('alice'), this.#as('olivia')])
    const manifest = JSON.stringify({
      kind: 'Algorithm',
      name: `fault-${name}`,
      displayName: `One that ${name.replaceAll('-', ' ')}`,
      image,
      command,
      environment,
    })
    const algorithm = await member.post<{ name: string; reference: string }>(
      `organizations/${organization}/algorithms`,
      { manifest },
    )
    await operator.post('algorithms:review', {
      name: algorithm.name,
      decision: 'ALGORITHM_STATE_APPROVED',
    })
    const job = await member.createJob([['ALGORITHM', algorithm.reference]], { service: 'workflow' })
    const id = job.name.split('/').at(-1)
    return {
      name: job.name,
      path: `/o/${organization}/jobs/${id}`,
      containers: new Kubectl(this.#installation.containersNamespace),
      selector: `fairlead.dev/job=${id}`,
    }
  }

  async phase({ name }: ScriptedJob): Promise<string> {
    return (await (await this.#as('alice')).get<Job>(name)).phase
  }

  async cancel({ name }: ScriptedJob): Promise<void> {
    await (await this.#as('alice')).post(`${name}:cancel`, { name })
  }

  #as(username: string): Promise<Api> {
    const known = this.#signedIn.get(username)
    const now = performance.now()
    if (known !== undefined && now - known.sinceMs < TOKEN_MS) return known.api
    const api = apiAs(this.#system, username, organization)
    this.#signedIn.set(username, { api, sinceMs: now })
    return api
  }
}

export async function podsOf<Found = Pod>({ containers, selector }: ScriptedJob): Promise<readonly Found[]> {
  return (await containers.json<{ items: Found[] }>(['get', 'pods', '--selector', selector])).items
}

/** Those in which the algorithm runs. */
export async function runningPodsOf(job: ScriptedJob): Promise<readonly Pod[]> {
  return (await podsOf(job)).filter(({ metadata, status }) => {
    const algorithm = status.initContainerStatuses?.find(({ name }) => name === 'algorithm')
    return metadata.deletionTimestamp === undefined && algorithm?.state.running !== undefined
  })
}

/** Jobs, pods and secrets are counted. */
export async function leavesNothing({ containers, selector }: ScriptedJob): Promise<void> {
  const left = ['get', 'jobs,pods,secrets', '--selector', selector]
  await expect
    .poll(async () => (await containers.json<{ items: unknown[] }>(left)).items, { timeout: 30_000 })
    .toEqual([])
}
