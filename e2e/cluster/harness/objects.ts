/** The parts of Kubernetes objects that the tests read. */

interface Metadata {
  readonly name: string
  readonly uid: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly generation?: number
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
}

export interface ContainerStatus {
  readonly name: string
  readonly ready: boolean
  readonly restartCount: number
  readonly containerID?: string
  readonly state: {
    readonly waiting?: { readonly reason: string; readonly message?: string }
    readonly running?: { readonly startedAt: string }
    readonly terminated?: { readonly reason: string; readonly exitCode: number; readonly message?: string }
  }
  readonly lastState?: { readonly terminated?: { readonly reason: string; readonly exitCode: number } }
}

export interface Pod {
  readonly kind: 'Pod'
  readonly metadata: Metadata
  readonly spec: { readonly containers: readonly { readonly name: string }[] }
  readonly status: {
    readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    readonly conditions?: readonly Condition[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet'
  readonly metadata: Metadata
  readonly spec: { readonly replicas?: number }
  readonly status: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
  }
}

export interface Job {
  readonly kind: 'Job'
  readonly metadata: Metadata
  readonly status: { readonly conditions?: readonly Condition[] }
}

export interface Event {
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly count?: number
  readonly lastTimestamp?: string
  readonly eventTime?: string
  readonly involvedObject: { readonly kind: string; readonly name: string }
}

export const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  (pod.status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True')

export const hasCondition = (job: Job, type: string): boolean =>
  (job.status.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True')
