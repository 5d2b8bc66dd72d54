/**
 * Runs members' containers on a cluster, each fenced off from everything but the address that it is staged from. The
 * state of a run is kept by whoever orders it; here is only what runs.
 */
export interface ContainerExecution {
  /**
   * Runs the containers of a step, numbered from 0, or goes on with those that run already under the same key, whoever
   * ordered them. Resolves when every one has completed; nothing is left of them then.
   *
   * When the signal is aborted with `leave` as its reason, what runs goes on and the call ends; with any other reason
   * it is deleted at once, without grace. Both reject with the reason.
   *
   * @throws ExecutionFailed, with a reason of ContainerFailure; everything is deleted then
   */
  run(order: ContainerOrder): Promise<void>
  /** Deletes everything that runs under a key; nothing for one that is unknown. */
  remove(key: ContainerKey): Promise<void>
  /** Keys under which there is anything at all. */
  list(): Promise<ContainerKey[]>
  /** Rejects, for people, when the cluster cannot be used: not reached, not allowed, the image of the agent missing. */
  check(signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Reason of an abort that lets containers run on, for the next worker. */
export const leave: unique symbol = Symbol('leave')

/** A try at a task: what is begun after a failure has the next run. */
export interface ContainerKey {
  readonly jobId: string
  readonly taskIndex: number
  /** From 1. */
  readonly run: number
}

export interface ContainerOrder {
  readonly key: ContainerKey
  /** For labels alone. */
  readonly organizationId: string
  /** With its digest. */
  readonly image: string
  /** Empty for the image's own entry point. */
  readonly command: readonly string[]
  readonly arguments: readonly string[]
  /** Variables of the container; FAIRLEAD_INSTANCE and FAIRLEAD_INSTANCES come beside them. */
  readonly variables: Readonly<Record<string, string>>
  readonly count: number
  /** Side by side, at most. */
  readonly parallel: number
  readonly cpuMillis: number
  readonly memoryBytes: number
  /** Of inputs, outputs and temporary files together. */
  readonly diskBytes: number
  readonly gpus: number
  readonly nodeLabels: Readonly<Record<string, string>>
  /** Of one container, from the start of its pod. */
  readonly containerTimeoutMs: number
  /** Of the call. */
  readonly timeoutMs: number
  /** For the agent, which stages inputs into /in before the container starts, and sends what is in /out after its end. */
  readonly staging: { readonly url: string; readonly token: string }
  readonly signal: AbortSignal
  /** Each change once, in order for each container; after a takeover from how it stands then. */
  readonly onChange: (change: ContainerChange) => void
  /** Whole lines without their end, in order for each container. */
  readonly onLog: (line: ContainerLogLine) => void
  /** Measured about every 15 s: what was used since the measurement before, and the memory at it. */
  readonly onUse: (use: ContainerUse) => void
  /** What it waits for when containers do not start: no room, a quota, an image that is being pulled; undefined when no more. */
  readonly onWaiting: (message: string | undefined) => void
  /** Lines of a container that are no later than this are not told: it ran before a takeover, and they were told then. */
  readonly logsAfter: (number: number) => Date | undefined
}

export type ContainerState =
  | 'WAITING'
  | 'STARTING'
  | 'RUNNING'
  | 'COLLECTING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'

export interface ContainerChange {
  readonly number: number
  readonly state: ContainerState
  readonly node: string
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
  /** Of the container itself, once it has exited. */
  readonly exitCode: number | undefined
  readonly failure:
    | { readonly reason: ContainerFailure; readonly message: string; readonly transient: boolean }
    | undefined
}

export interface ContainerLogLine {
  readonly number: number
  readonly time: Date
  readonly text: string
}

export interface ContainerUse {
  readonly number: number
  readonly cpuSeconds: number
  readonly memoryBytes: number
}

/** Stable reasons for which containers fail, beside those of ExecutionFailure. */
export type ContainerFailure =
  | 'CANCELLED'
  /** Its exit code was another than 0. */
  | 'CONTAINER_FAILED'
  | 'MEMORY_LIMIT_EXCEEDED'
  | 'DISK_LIMIT_EXCEEDED'
  | 'EXECUTION_DURATION_EXCEEDED'
  /** By the node, for want of something; another may do better. */
  | 'EVICTED'
  | 'NODE_LOST'
  | 'POD_DELETED'
  | 'IMAGE_UNAVAILABLE'
  /** The image has no such command, or not for this machine. */
  | 'CONTAINER_NOT_STARTED'
  | 'QUOTA_EXCEEDED'
  | 'UNSCHEDULABLE'
  /** The cluster refuses the pod: its policies allow less than the environment promises. */
  | 'NOT_ADMITTED'
  /** The agent could not stage the inputs. */
  | 'STAGING_FAILED'
  /** Left what is no plain file in /out, or a name that cannot be kept. */
  | 'OUTPUT_UNUSABLE'
  | 'OUTPUT_LIMIT_EXCEEDED'
  | 'CLUSTER_UNAVAILABLE'
