import { setTimeout } from 'node:timers/promises'
import type { Kubectl } from '../../../e2e/cluster/harness/kubectl.ts'

/** What of a Job is changed here; all else stays as the product wrote it. */
interface JobManifest {
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> }
  readonly spec: {
    readonly selector?: unknown
    readonly template: {
      readonly metadata: { readonly labels?: Record<string, string> }
      readonly spec: {
        readonly volumes: readonly { readonly secret?: { readonly secretName: string } }[]
        readonly initContainers: readonly Container[]
        readonly containers: readonly Container[]
      }
    }
    readonly [field: string]: unknown
  }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

interface Container {
  readonly name: string
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
}

const LOOK_MS = 50
const PATIENCE_MS = 60_000
const TOKEN = 'plain-token'
const INSTALLATION = 'fairlead.dev/installation'

/** The Job of a run that goes on: as the API server has it. */
export async function jobOfRun(kubectl: Kubectl, completions: number): Promise<JobManifest> {
  const deadline = performance.now() + PATIENCE_MS
  while (performance.now() < deadline) {
    const jobs = await kubectl.list<JobManifest>('jobs')
    const found = jobs.find(({ spec }) => spec['completions'] === completions)
    if (found !== undefined) return found
    await setTimeout(LOOK_MS)
  }
  throw new Error(`no Job of ${completions} was seen`)
}

/** The very same pods, made by kubectl alone, and staged from elsewhere: nobody follows them. */
export class PlainJobs {
  readonly #kubectl: Kubectl
  readonly #stagingUrl: string
  #made = 0

  constructor(kubectl: Kubectl, stagingUrl: string) {
    this.#kubectl = kubectl
    this.#stagingUrl = stagingUrl
  }

  /** What stands for the token, which is good for nothing here. */
  async prepare(): Promise<void> {
    await this.#kubectl.run(['create', 'secret', 'generic', TOKEN, '--from-literal=token=none'])
  }

  /** Resolves with the Job's name when `kubectl create` has. */
  async create(model: JobManifest): Promise<string> {
    this.#made += 1
    const name = `plain-${this.#made}`
    await this.#kubectl.run(['create', '--filename', '-'], { input: JSON.stringify(this.#copy(model, name)) })
    return name
  }

  async completed(name: string): Promise<void> {
    await this.#kubectl.run(['wait', `job/${name}`, '--for=condition=complete', '--timeout=900s'], {
      timeoutMs: 910_000,
    })
  }

  async log(name: string): Promise<string[]> {
    const text = await this.#kubectl.run(['logs', `job/${name}`, '--container', 'algorithm'])
    return text.split('\n').filter((line) => line !== '')
  }

  async remove(name: string): Promise<void> {
    await this.#kubectl.run(['delete', 'job', name, '--wait=true', '--cascade=foreground'])
  }

  #copy({ metadata, spec }: JobManifest, name: string): object {
    const { selector: _selector, template, ...rest } = spec
    const { spec: pod } = template
    const staged = (container: Container): Container => ({
      ...container,
      env: (container.env ?? []).map((each) =>
        each.name === 'FAIRLEAD_STAGING_URL' ? { ...each, value: this.#stagingUrl } : each,
      ),
    })
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, labels: ofNobody(metadata.labels) },
      spec: {
        ...rest,
        template: {
          metadata: { labels: ofNobody(template.metadata.labels) },
          spec: {
            ...pod,
            volumes: pod.volumes.map((volume) =>
              volume.secret === undefined
                ? volume
                : { ...volume, secret: { ...volume.secret, secretName: TOKEN } },
            ),
            initContainers: pod.initContainers.map(staged),
            containers: pod.containers.map(staged),
          },
        },
      },
    }
  }
}

/** Without what the API server adds, and of no installation that would look after it. */
function ofNobody(labels: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(labels).filter(
    ([label]) => !/^(batch\.kubernetes\.io\/|controller-uid$|job-name$)/.test(label),
  )
  return { ...Object.fromEntries(kept), [INSTALLATION]: 'nobody' }
}
