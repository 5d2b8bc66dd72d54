import type { ContainerFailure } from '../../../ports/containers.ts'

export interface PodFailure {
  readonly reason: ContainerFailure
  /** For people. */
  readonly message: string
  /** Whether another run may do better. */
  readonly transient: boolean
}

/** What messages name. */
export interface PodLimits {
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly containerTimeoutMs: number
}

export const memoryExceeded = ({ memoryBytes }: PodLimits): PodFailure => ({
  reason: 'MEMORY_LIMIT_EXCEEDED',
  message: `The container needed more than its ${bytesText(memoryBytes)} of memory. Choose an environment with more, or let it hold less at a time.`,
  transient: false,
})

/** @param where such as "/out" */
export const diskExceeded = ({ diskBytes }: PodLimits, where = ''): PodFailure => ({
  reason: 'DISK_LIMIT_EXCEEDED',
  message: `The container wrote more than its ${bytesText(diskBytes)} of disk${where === '' ? '' : ` ${where}`}: inputs, outputs, temporary files and logs count together. Choose an environment with more, or let it write less.`,
  transient: false,
})

export const deadlineExceeded = ({ containerTimeoutMs }: PodLimits): PodFailure => ({
  reason: 'EXECUTION_DURATION_EXCEEDED',
  message: `The container ran for longer than its ${secondsText(containerTimeoutMs)}. Choose an environment that lets it run for longer, or give it less to do.`,
  transient: false,
})

export const nodeLost = (node: string): PodFailure => ({
  reason: 'NODE_LOST',
  message: `The machine that the container ran on${node === '' ? '' : ` (${node})`} was lost. Nothing need be changed: try it again.`,
  transient: true,
})

export const evicted = (why: string): PodFailure => ({
  reason: 'EVICTED',
  message: sentence(
    'The cluster moved the container away',
    why,
    'Nothing need be changed: try it again later.',
  ),
  transient: true,
})

export const podDeleted = (): PodFailure => ({
  reason: 'POD_DELETED',
  message:
    'Somebody deleted the container in the cluster while it ran. Try it again, or ask the operator why.',
  transient: true,
})

export const jobDeleted = (): PodFailure => ({
  ...podDeleted(),
  message:
    'Somebody deleted the containers of this step in the cluster. Try it again, or ask the operator why.',
})

export const containerFailed = (exitCode: number, lastWords: string): PodFailure => ({
  reason: 'CONTAINER_FAILED',
  message: `The container ended with exit code ${exitCode}${signalText(exitCode)}${lastWords === '' ? '; it said nothing.' : `. Its last line: ${lastWords}`}`,
  transient: false,
})

export const notStarted = (why: string): PodFailure => ({
  reason: 'CONTAINER_NOT_STARTED',
  message: sentence(
    'The container could not be started',
    why,
    "Check the algorithm's command and that its image is made for this kind of machine.",
  ),
  transient: false,
})

/** Of a registry, or of the node, that is sure of it: asking again does not help. */
const forGood =
  /not found|manifest unknown|name unknown|denied|unauthorized|authentication required|no basic auth|invalid reference|no match for platform/iu

export const imageUnavailable = (image: string, why: string): PodFailure => {
  const transient = !forGood.test(why)
  return {
    reason: 'IMAGE_UNAVAILABLE',
    message: sentence(
      `The image ${image} cannot be pulled`,
      why,
      transient
        ? 'Its registry may be away: try it again later.'
        : "Check that its registry has it, under this digest, and lets the cluster's nodes read it.",
    ),
    transient,
  }
}

export const quotaExceeded = (why: string): PodFailure => ({
  reason: 'QUOTA_EXCEEDED',
  message: sentence(
    'The cluster had no room for the containers within its quota for too long',
    why,
    'Try it again when less runs, or ask the operator for more.',
  ),
  transient: false,
})

export const unschedulable = (why: string): PodFailure => ({
  reason: 'UNSCHEDULABLE',
  message: sentence(
    'No machine of the cluster had room for the container for too long',
    why,
    'Choose a smaller environment, or try it again when less runs.',
  ),
  transient: false,
})

export const notAdmitted = (why: string): PodFailure => ({
  reason: 'NOT_ADMITTED',
  message: sentence(
    'The cluster does not admit the container',
    why,
    "The operator has to bring the environment and the cluster's policies together.",
  ),
  transient: false,
})

export const clusterUnavailable = (why: string): PodFailure => ({
  reason: 'CLUSTER_UNAVAILABLE',
  message: sentence('The cluster was not reached for too long', why, 'Try it again later.'),
  transient: true,
})

export const stepDeadlineExceeded = (): PodFailure => ({
  reason: 'EXECUTION_DURATION_EXCEEDED',
  message:
    'The job ran for longer than its execution duration, waiting for room included. Ask for a longer one, or for less work.',
  transient: false,
})

/** Of what the cluster says, which may be pages. */
const WHY_MAX = 600

function sentence(what: string, why: string, wayOut: string): string {
  const reason = why.trim().replaceAll(/\s+/gu, ' ').replace(/\.$/u, '').slice(0, WHY_MAX)
  return `${what}${reason === '' ? '' : `: ${reason}`}. ${wayOut}`
}

const signals: Readonly<Record<number, string>> = {
  132: 'SIGILL',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
}

function signalText(exitCode: number): string {
  const name = signals[exitCode]
  return name === undefined ? '' : ` (${name})`
}

function bytesText(bytes: number): string {
  const gib = bytes / 2 ** 30
  if (gib >= 1) return `${Number(gib.toFixed(1))} GiB`
  return `${Number((bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0))} MiB`
}

function secondsText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`
}
