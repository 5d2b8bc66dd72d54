import type { Kubectl } from './kubectl.ts'
import { KubectlError } from './kubectl.ts'
import type { ContainerStatus, KubernetesObject } from './objects.ts'

/** A container that keeps its pod from being ready. */
export interface Trouble {
  readonly pod: string
  /** Or who has trouble with it. */
  readonly container: string
  /** One line: its own last words, or Kubernetes' reason why it does not run. */
  readonly words: string
  /** Waiting changes nothing: an image that does not exist, for example. */
  readonly lasting: boolean
}

const NOT_PULLED: ReadonlySet<string> = new Set(['ErrImageNeverPull', 'ErrImagePull', 'ImagePullBackOff'])
const LASTING: ReadonlySet<string> = new Set([
  ...NOT_PULLED,
  'CreateContainerConfigError',
  'InvalidImageName',
])
/** Of pino: from here on somebody should know. */
const WARNING = 40

/** What keeps the newest pod of a workload from being ready, or made a Job's pod fail; undefined while it merely starts. */
export async function troubleOf(
  workload: KubernetesObject,
  pods: readonly KubernetesObject[],
  kubectl: Kubectl,
): Promise<Trouble | undefined> {
  const pod = newestOf(workload, pods)
  const init = pod?.status?.initContainerStatuses ?? []
  const container = [...init, ...(pod?.status?.containerStatuses ?? [])].find((status) => !isFine(status))
  const unscheduled = pod?.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  )
  if (pod !== undefined && unscheduled !== undefined) {
    const words = unscheduled.message ?? 'no node takes it'
    return { pod: pod.metadata.name, container: 'scheduler', words, lasting: false }
  }
  if (pod === undefined || container === undefined) return undefined
  const lasting = LASTING.has(container.state?.waiting?.reason ?? '')
  const words = lasting
    ? reasonOf(container)
    : await wordsOf(pod.metadata.name, container, init.includes(container), kubectl)
  if (words === undefined) return undefined
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

function reasonOf({ image, state }: ContainerStatus): string {
  const { reason = 'it does not start', message } = state?.waiting ?? {}
  return NOT_PULLED.has(reason) ? `the image ${image} cannot be pulled` : (message ?? reason)
}

/** The last line that a container wrote, in this life or, when it ended, the one before. */
async function wordsOf(
  pod: string,
  { name, state, lastState }: ContainerStatus,
  init: boolean,
  kubectl: Kubectl,
): Promise<string | undefined> {
  const ended = state?.terminated ?? lastState?.terminated
  if (state?.running === undefined && ended === undefined) return undefined
  const args = ['logs', pod, `--container=${name}`, '--tail=1']
  const previous = state?.running === undefined && state?.terminated === undefined
  const line = await kubectl([...args, ...(previous ? ['--previous'] : [])]).catch((error) => {
    // It went meanwhile.
    if (error instanceof KubectlError) return ''
    throw error
  })
  const { level, message } = read(line.trim())
  if (state?.running !== undefined && !init && level < WARNING) return undefined
  if (message !== '') return message
  return ended === undefined ? undefined : `it ended with ${ended.exitCode} (${ended.reason})`
}

/** Our processes write JSON, whose message is for people. */
function read(line: string): { level: number; message: string } {
  try {
    const record: unknown = JSON.parse(line)
    if (typeof record === 'object' && record !== null && 'msg' in record && 'level' in record) {
      return { level: Number(record.level), message: String(record.msg) }
    }
  } catch {
    // Somebody else's line: as it is.
  }
  return { level: 0, message: line }
}
