/**
 * What is read of the cluster's objects, as JSON has them: times are strings there, whereas the client library's types
 * promise dates that only its own calls make. https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/
 */
export interface WatchedObject {
  readonly metadata: ObjectMetadata
}

interface ObjectMetadata {
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

export interface Job extends WatchedObject {
  readonly status?: {
    readonly conditions?: readonly Condition[]
    /** Such as "0,3-5". */
    readonly completedIndexes?: string
  }
}

export interface Pod extends WatchedObject {
  readonly spec?: { readonly nodeName?: string }
  readonly status?: {
    readonly phase?: string
    /** When its node took it. */
    readonly startTime?: string
    /** Address of its node. */
    readonly hostIP?: string
    readonly reason?: string
    readonly message?: string
    readonly conditions?: readonly Condition[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

export interface ContainerStatus {
  readonly name: string
  readonly image?: string
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly running?: { readonly startedAt?: string }
    readonly terminated?: TerminatedContainer
  }
}

export interface TerminatedContainer {
  readonly exitCode: number
  readonly reason?: string
  readonly message?: string
  readonly startedAt?: string | null
  readonly finishedAt?: string | null
}

/** core/v1; written by the Job controller when it cannot make a pod. */
export interface ClusterEvent {
  readonly involvedObject: { readonly uid?: string; readonly name?: string }
  readonly message?: string
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly metadata: { readonly creationTimestamp: string }
}

export interface ObjectList<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  /** Null, from some servers, when there are none. */
  readonly items: readonly T[] | null
}

/** The body of an answer that is an error. */
export interface Status {
  readonly code?: number
  readonly reason?: string
  readonly message?: string
}
