import type { Kubectl } from './kubectl.ts'
import { KubectlError } from './kubectl.ts'
import type { ContainerStatus, KubernetesObject } from './objects.ts'

/** A container that keeps its pod from being ready. */
export interface Trouble {
  readonly pod: string
  readonly container: string
  /** One line: its own last words, or Kubernetes' reason why it does not run. */
  readonly words: string
  /** Waiting changes nothing: an image that does not exist, for example. */
  readonly lasting: boolean
}

const LASTING: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'ErrImageNeverPull',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
])

/** What keeps the newest pod of a workload from being ready, or made a Job's pod fail. */
export async function troubleOf(
  workload: KubernetesObject,
  pods: readonly KubernetesObject[],
  kubectl: Kubectl,
): Promise<Trouble | undefined> {
  const pod = newestOf(workload, pods)
  const statuses = [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])]
  const container = statuses.find((status) => !isFine(status))
  if (pod === undefined || container === undefined) return undefined
  const { waiting } = container.state ?? {}
  const lasting = LASTING.has(waiting?.reason ?? '')
  const words =
    lasting || container.state?.waiting?.reason === 'PodInitializing'
      ? (waiting?.message ?? waiting?.reason ?? 'is not started')
      : await lastWords(pod.metadata.name, container, kubectl)
  return { pod: pod.metadata.name, container: container.name, words, lasting }
}

function newestOf(
  workload: KubernetesObject,
  pods: readonly KubernetesObject[],
): KubernetesObject | undefined {
  const labels = Object.entries(workload.spec?.selector?.matchLabels ?? {})
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ metadata }) => labels.every(([name, value]) => metadata.labels?.[name] === value))
    .sort((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''))[0]
}

function isFine({ ready, state }: ContainerStatus): boolean {
  return ready || state?.terminated?.exitCode === 0
}

/** The last line that a container wrote, in this life or the one before. */
async function lastWords(
  pod: string,
  { name, state, lastState }: ContainerStatus,
  kubectl: Kubectl,
): Promise<string> {
  const previous = state?.running === undefined && state?.terminated === undefined
  const lines = await kubectl([
    'logs',
    pod,
    `--container=${name}`,
    '--tail=1',
    ...(previous ? ['--previous'] : []),
  ]).catch((error) => {
    if (error instanceof KubectlError) return ''
    throw error
  })
  const words = messageOf(lines.trim())
  if (words !== '') return words
  const ended = state?.terminated ?? lastState?.terminated
  return ended === undefined
    ? 'it is not ready, and says nothing'
    : `it ended with ${ended.exitCode} (${ended.reason})`
}

/** Our processes write JSON, whose message is for people. */
function messageOf(line: string): string {
  try {
    const record: unknown = JSON.parse(line)
    if (typeof record === 'object' && record !== null && 'msg' in record) return String(record.msg)
  } catch {
    // Somebody else's line: as it is.
  }
  return line
}
