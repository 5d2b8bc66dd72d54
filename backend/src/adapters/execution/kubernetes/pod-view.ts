import type { ContainerState } from '../../../ports/containers.ts'
import { agentFailure } from './agent-failure.ts'
import { ALGORITHM, COLLECT, STAGE } from './job-manifest.ts'
import type { ContainerStatus, Pod, TerminatedContainer } from './kubernetes-objects.ts'
import { plainText } from './plain-text.ts'
import {
  containerFailed,
  deadlineExceeded,
  diskExceeded,
  evicted,
  imageUnavailable,
  memoryExceeded,
  nodeLost,
  notStarted,
  type PodFailure,
  type PodLimits,
  podDeleted,
  unschedulable,
} from './pod-failure.ts'

/** What a pod's status says of the container that it runs. */
export interface PodView {
  readonly state: Exclude<ContainerState, 'CANCELLED'>
  readonly node: string
  /** Of the algorithm's container alone. */
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
  readonly exitCode: number | undefined
  /** Whether its log will grow no more; undefined before there is one. */
  readonly logEnded: boolean | undefined
  readonly waiting: PodWaiting | undefined
  readonly failure: PodFailure | undefined
  /** Whether the Job controller puts another pod in its place. */
  readonly replaced: boolean
  /** Somebody deletes it; it has not ended yet. */
  readonly terminating: boolean
}

/** What keeps a pod from starting; what it fails with when that lasts. */
interface PodWaiting {
  readonly kind: 'ROOM' | 'IMAGE' | 'CONTAINER'
  /** For people. */
  readonly message: string
  readonly failure: PodFailure
  /** Waiting longer changes nothing. */
  readonly forGood: boolean
}

export function viewPod(pod: Pod, limits: PodLimits): PodView {
  const phase = pod.status?.phase
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  const ofAlgorithm = statuses.find(({ name }) => name === ALGORITHM)?.state
  const ended = ofAlgorithm?.terminated
  const terminal = phase === 'Failed' || phase === 'Succeeded'
  const failure = phase === 'Failed' ? failureOf(pod, statuses, limits) : undefined
  return {
    state: stateOf(pod, statuses),
    node: pod.spec?.nodeName ?? '',
    startTime: timeOf(ofAlgorithm?.running?.startedAt ?? ended?.startedAt),
    endTime: timeOf(ended?.finishedAt),
    exitCode: ended !== undefined && ranAtAll(ended) ? ended.exitCode : undefined,
    logEnded: ended !== undefined ? true : ofAlgorithm?.running === undefined ? undefined : terminal,
    waiting: terminal ? undefined : waitingOf(pod, statuses),
    failure: failure?.failure,
    replaced: failure?.replaced ?? false,
    terminating: !terminal && pod.metadata.deletionTimestamp !== undefined,
  }
}

function stateOf(pod: Pod, statuses: readonly ContainerStatus[]): PodView['state'] {
  if (pod.status?.phase === 'Succeeded') return 'COMPLETED'
  if (pod.status?.phase === 'Failed') return 'FAILED'
  const algorithm = statuses.find(({ name }) => name === ALGORITHM)?.state
  if (algorithm?.terminated?.exitCode === 0) return 'COLLECTING'
  // One that ended badly fails its pod a moment later, which says why.
  if (algorithm?.terminated !== undefined || algorithm?.running !== undefined) return 'RUNNING'
  return pod.spec?.nodeName === undefined ? 'WAITING' : 'STARTING'
}

interface Ending {
  readonly failure: PodFailure
  readonly replaced: boolean
}

const final = (failure: PodFailure): Ending => ({ failure, replaced: false })
const replaced = (failure: PodFailure): Ending => ({ failure, replaced: true })

/** Why the kubelet itself ended the pod, or did not take it: status.reason. */
const refusedByNode =
  /^(OutOf|Unexpected|Node(Affinity|Shutdown|Ports)|Preempting|Terminated|Shutdown|Admission)/u

/** Of a pod whose phase is Failed: what the pod says of itself comes before what its containers say. */
function failureOf(pod: Pod, statuses: readonly ContainerStatus[], limits: PodLimits): Ending {
  const { reason = '', message = '' } = pod.status ?? {}
  const node = pod.spec?.nodeName ?? ''
  const disruption = pod.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  )
  if (reason === 'DeadlineExceeded') return final(deadlineExceeded(limits))
  if (disruption !== undefined) {
    const lost = disruption.reason === 'DeletionByTaintManager' || disruption.reason === 'DeletionByPodGC'
    return replaced(lost ? nodeLost(node) : evicted(disruption.message ?? message))
  }
  // Beyond its own limits; a node that is short of disk says so with a condition.
  if (reason === 'Evicted' && /ephemeral|EmptyDir/iu.test(message))
    return final(diskExceeded(limits, whereOf(message)))
  if (reason === 'Evicted') return replaced(evicted(message))
  if (reason === 'NodeLost') return replaced(nodeLost(node))
  const ofContainer = containerFailure(statuses, limits)
  // A container that is killed as its pod is deleted fails by that alone.
  if (pod.metadata.deletionTimestamp !== undefined && (ofContainer === undefined || ofContainer.killed))
    return replaced(podDeleted())
  if (ofContainer !== undefined) return final(ofContainer.failure)
  if (refusedByNode.test(reason)) return replaced(evicted(message))
  // Its containers are unknown to the node that has to tell of them, as after a restart.
  return replaced(nodeLost(node))
}

/** "Usage of EmptyDir volume "out" exceeds the limit "10Mi"." */
function whereOf(message: string): string {
  const volume = /EmptyDir volume "([a-z]+)"/u.exec(message)?.[1]
  return volume === undefined ? '' : `in /${volume}`
}

function containerFailure(
  statuses: readonly ContainerStatus[],
  limits: PodLimits,
): { readonly failure: PodFailure; readonly killed: boolean } | undefined {
  for (const { name, state } of statuses) {
    const ended = state?.terminated
    if (ended === undefined || ended.exitCode === 0 || ended.reason === 'ContainerStatusUnknown') continue
    const killed = (ended.exitCode === 137 && ended.reason !== 'OOMKilled') || ended.exitCode === 143
    if (name === STAGE || name === COLLECT) return { failure: agentFailure(name, ended), killed }
    if (name === ALGORITHM) return { failure: algorithmFailure(ended, limits), killed }
  }
  return undefined
}

function algorithmFailure(ended: TerminatedContainer, limits: PodLimits): PodFailure {
  if (ended.reason === 'OOMKilled') return memoryExceeded(limits)
  if (!ranAtAll(ended)) return notStarted(runtimeMessage(ended.message ?? ''))
  return containerFailed(ended.exitCode, lastLine(ended.message ?? ''))
}

function ranAtAll({ reason }: TerminatedContainer): boolean {
  return reason !== 'StartError' && reason !== 'ContainerCannotRun' && reason !== 'RunContainerError'
}

const LAST_LINE_MAX = 300

function lastLine(log: string): string {
  const line =
    plainText(log)
      .trim()
      .split(/[\r\n]+/u)
      .at(-1) ?? ''
  return line.trim().slice(0, LAST_LINE_MAX)
}

/** The last of a chain of reasons is the one that says something. */
function runtimeMessage(message: string): string {
  return message.replace(/^.*(?:runc create failed|error during container init): /su, '')
}

const imageReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
])
const forGood = new Set(['InvalidImageName', 'ErrImageNeverPull', 'SignatureValidationFailed'])
const startReasons = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PreCreateHookError',
  'PostStartHookError',
])

function waitingOf(pod: Pod, statuses: readonly ContainerStatus[]): PodWaiting | undefined {
  for (const { image = '', state } of statuses) {
    const { reason = '', message = '' } = state?.waiting ?? {}
    if (imageReasons.has(reason)) {
      const failure = imageUnavailable(image, message)
      return {
        kind: 'IMAGE',
        message: failure.message,
        failure,
        // The back-off's own message only repeats what the pull said, or not even that.
        forGood: forGood.has(reason) || (reason === 'ErrImagePull' && !failure.transient),
      }
    }
    if (startReasons.has(reason)) {
      const failure = notStarted(runtimeMessage(message))
      return { kind: 'CONTAINER', message: failure.message, failure, forGood: false }
    }
  }
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    const why = scheduled.message ?? ''
    const message = `Waits for room on the cluster's machines: ${why}`
    return { kind: 'ROOM', message, failure: unschedulable(why), forGood: false }
  }
  return undefined
}

function timeOf(text: string | null | undefined): Date | undefined {
  if (text === undefined || text === null) return undefined
  const time = new Date(text)
  // Go's zero time: a container that never ran.
  return Number.isNaN(time.getTime()) || time.getTime() <= 0 ? undefined : time
}
