import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import {
  type ContainerExecution,
  type ContainerKey,
  type ContainerOrder,
  type ContainerUse,
  leave,
} from '../../../ports/containers.ts'
import { ExecutionFailed } from '../../../ports/execution.ts'
import { ApiRefused, isRefused } from './api-errors.ts'
import { checkCluster } from './check-cluster.ts'
import { ContainerLog, type LogLimits, logLimits } from './container-log.ts'
import { ContainerRun } from './container-run.ts'
import { creationRefusal } from './creation-refusal.ts'
import { jobManifest, type ManifestOptions, secretManifest } from './job-manifest.ts'
import { KubernetesApi } from './kubernetes-api.ts'
import { createKubernetesMetrics, type KubernetesMetrics } from './kubernetes-metrics.ts'
import type { ClusterEvent, Job, ObjectList, Pod, WatchedObject } from './kubernetes-objects.ts'
import { INSTALLATION_LABEL, JOB_NAME_LABEL, jobNameOf, keyOfLabels, objectName } from './object-names.ts'
import { ObjectWatch } from './object-watch.ts'
import { type Patience, usualPatience } from './patience.ts'
import { persist } from './persist.ts'
import { clusterUnavailable } from './pod-failure.ts'
import { Slots } from './slots.ts'
import { stagedByAddress } from './staged-by-address.ts'
import { UseWatch } from './use-watch.ts'

export interface KubernetesOptions {
  /** Where the containers run, and nothing else. */
  readonly namespace: string
  /** Path; undefined for the service account of the pod that this runs in. */
  readonly kubeconfig?: string | undefined
  /** Tells this installation's objects from those of others in the same namespace. */
  readonly installation: string
  /** What stages inputs and collects outputs. */
  readonly agentImage: string
  /** Name of a Secret for algorithms' registries. */
  readonly imagePullSecret?: string | undefined
  readonly log: Logger
  readonly registry?: Registry | undefined
  readonly patience?: Partial<Patience>
  readonly logLimits?: Partial<LogLimits>
  /** Logs that are followed at a time; the others are read when their containers have ended. Default 50. */
  readonly followedLogs?: number
}

const FOLLOWED_LOGS = 50
const LOGS_READ = 10
const LOOK_MS = 1000
const EVENTS_MS = 5000
/** For what is left of a log when its container has ended. */
const LOG_END_MS = 5000
/** Between two tries to create what the quota has no room for. */
const CREATE_MS = 5000
const REMOVE_MS = 60_000
/** For pods to be gone; they have a second from SIGTERM to SIGKILL. */
const GONE_MS = 30_000
const NAMES_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

/** @throws when the kubeconfig cannot be read */
export function createKubernetesContainers(options: KubernetesOptions): ContainerExecution {
  return new KubernetesContainers(options)
}

class KubernetesContainers implements ContainerExecution {
  readonly #options: KubernetesOptions
  readonly #manifest: ManifestOptions
  readonly #patience: Patience
  readonly #metrics: KubernetesMetrics
  readonly #api: KubernetesApi
  readonly #jobsPath: string
  readonly #core: string
  readonly #selector: string
  readonly #jobs: ObjectWatch<Job>
  readonly #pods: ObjectWatch<Pod>
  readonly #use: UseWatch
  readonly #runs = new Map<string, ContainerRun>()
  readonly #podsOfJob = new Map<string, Map<string, Pod>>()
  /** Told when an object of a name is gone. */
  readonly #goneListeners = new Map<string, Set<() => void>>()
  readonly #slots: { readonly follow: Slots; readonly read: Slots }
  #looking: NodeJS.Timeout | undefined
  #askedAt = 0
  #closed = false

  constructor(options: KubernetesOptions) {
    const { namespace, installation, agentImage, imagePullSecret, log } = options
    this.#options = options
    this.#manifest = { installation, agentImage, imagePullSecret }
    this.#patience = { ...usualPatience, ...options.patience }
    this.#metrics = createKubernetesMetrics(options.registry)
    this.#api = new KubernetesApi(options.kubeconfig, (verb, resource) =>
      this.#metrics.requested(verb, resource),
    )
    this.#jobsPath = `/apis/batch/v1/namespaces/${namespace}/jobs`
    this.#core = `/api/v1/namespaces/${namespace}`
    this.#selector = `${INSTALLATION_LABEL}=${installation}`
    const watch = { api: this.#api, labelSelector: this.#selector, log }
    this.#jobs = new ObjectWatch<Job>({
      ...watch,
      resource: 'jobs',
      path: this.#jobsPath,
      onObject: (job) => this.#runs.get(job.metadata.name)?.jobSeen(job),
      onGone: (job) => this.#jobGone(job),
    })
    this.#pods = new ObjectWatch<Pod>({
      ...watch,
      resource: 'pods',
      path: `${this.#core}/pods`,
      onObject: (pod) => this.#podSeen(pod),
      onGone: (pod) => this.#podGone(pod),
    })
    this.#use = new UseWatch({
      api: this.#api,
      namespace,
      running: () => this.#running(),
      onUse: (pod, use) => this.#used(pod, use),
      log,
    })
    this.#slots = { follow: new Slots(options.followedLogs ?? FOLLOWED_LOGS), read: new Slots(LOGS_READ) }
  }

  async run(order: ContainerOrder): Promise<void> {
    const { signal } = order
    signal.throwIfAborted()
    if (this.#closed) throw new Error('the containers are closed')
    const run = this.#open(order)
    if (this.#runs.has(run.name)) throw new Error(`${run.name} is run already`)
    this.#runs.set(run.name, run)
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS)
    const stop = () => run.cancel(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    // setTimeout fires at once beyond 2^31 - 1 ms
    const deadline = setTimeout(() => run.expire(), Math.min(order.timeoutMs, 2 ** 31 - 1))
    const begun = this.#begin(run)
    let outcome = 'COMPLETED'
    try {
      await run.ended
      await this.#logsFinished(run)
    } catch (error) {
      outcome = outcomeOf(error)
      if (error instanceof ExecutionFailed) await this.#logsFinished(run)
      throw error
    } finally {
      clearTimeout(deadline)
      signal.removeEventListener('abort', stop)
      run.close()
      if (outcome !== 'LEFT') {
        // A request that creates something may be on its way: what it makes must not be left.
        await begun
        await this.#clear(run)
      }
      this.#metrics.ended(outcome, run.requests)
      this.#runs.delete(run.name)
      if (this.#runs.size === 0) {
        clearInterval(this.#looking)
        this.#looking = undefined
      }
    }
  }

  async remove(key: ContainerKey): Promise<void> {
    await this.#remove(objectName(key), true, () => undefined)
  }

  async list(): Promise<ContainerKey[]> {
    const lists = await Promise.all([
      this.#names('jobs', this.#jobsPath),
      this.#names('pods', `${this.#core}/pods`),
      this.#names('secrets', `${this.#core}/secrets`),
    ])
    const keys = new Map<string, ContainerKey>()
    for (const { metadata } of lists.flat()) {
      const key = keyOfLabels(metadata.labels)
      if (key !== undefined) keys.set(objectName(key), key)
    }
    return [...keys.values()]
  }

  check(signal?: AbortSignal): Promise<void> {
    return checkCluster(this.#api, this.#options.namespace, signal)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#looking)
    await Promise.all([this.#jobs.close(), this.#pods.close(), this.#use.close()])
    this.#api.close()
  }

  #open(order: ContainerOrder): ContainerRun {
    const run: ContainerRun = new ContainerRun({
      order,
      patience: this.#patience,
      openLog: (pod, number, ended) =>
        new ContainerLog(
          {
            api: this.#api,
            path: `${this.#core}/pods`,
            pod,
            after: order.logsAfter(number),
            limits: { ...logLimits, ...this.#options.logLimits },
            slots: this.#slots,
            onLine: (line) => order.onLog({ number, ...line }),
            onSent: () => {
              run.requests += 1
            },
            log: this.#options.log,
          },
          ended,
        ),
    })
    return run
  }

  /** The end of the logs of what has ended; not for longer than the order stands. */
  async #logsFinished(run: ContainerRun): Promise<void> {
    const { signal } = run.order
    const patience = wait(LOG_END_MS, undefined, { signal, ref: false }).catch(() => undefined)
    await Promise.race([run.logsFinished(), patience])
  }

  /** What cannot be deleted now is found by whoever looks for what nobody wants any more. */
  async #clear(run: ContainerRun): Promise<void> {
    const { name } = run
    try {
      await this.#remove(name, this.#active(name), () => {
        run.requests += 1
      })
    } catch (error) {
      this.#options.log.error({ err: error, name }, 'containers that have ended were not deleted')
    }
  }

  /** Creates what is not there, and takes over what is. Never rejects: what goes wrong is the run's failure. */
  async #begin(run: ContainerRun): Promise<void> {
    try {
      const listed = Promise.all([this.#jobs.start(), this.#pods.start()])
      await Promise.race([listed, run.ended])
      run.signal.throwIfAborted()
      const existing = this.#jobs.get(run.name)
      if (existing?.metadata.deletionTimestamp !== undefined)
        await Promise.race([this.#gone(run.name), run.ended])
      else if (existing !== undefined) {
        this.#adopt(run, existing)
        return
      }
      await this.#create(run)
    } catch (error) {
      if (run.signal.aborted) return
      if (error instanceof ApiRefused && error.code === 422) run.refused(creationRefusal(error.message))
      else run.fail(clusterUnavailable(error instanceof Error ? error.message : String(error)))
    }
  }

  #adopt(run: ContainerRun, job: Job): void {
    run.jobSeen(job)
    const pods = [...(this.#podsOfJob.get(run.name)?.values() ?? [])]
    pods.sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
    for (const pod of pods) run.podSeen(pod)
  }

  async #create(run: ContainerRun): Promise<void> {
    const secrets = `${this.#core}/secrets`
    const onSent = () => {
      run.requests += 1
    }
    await this.#admitted(run, async () => {
      const body = secretManifest(run.order, this.#manifest)
      try {
        await this.#api.json({ verb: 'create', resource: 'secrets', path: secrets, body, onSent })
      } catch (error) {
        if (!isRefused(error, 409)) throw error
        // A worker ended before it had created the Job: its token may expire too soon.
        const path = `${secrets}/${run.name}`
        await this.#api.json({ verb: 'update', resource: 'secrets', path, body, onSent })
      }
    })
    await this.#admitted(run, async () => {
      const body = jobManifest(await stagedByAddress(run.order), this.#manifest)
      try {
        const path = this.#jobsPath
        run.jobSeen(await this.#api.json<Job>({ verb: 'create', resource: 'jobs', path, body, onSent }))
      } catch (error) {
        if (!isRefused(error, 409)) throw error
        // Created by a request whose answer was lost, or by another worker: the watch tells of it.
        const path = `${this.#jobsPath}/${run.name}`
        this.#adopt(run, await this.#api.json<Job>({ verb: 'get', resource: 'jobs', path, onSent }))
      }
    })
  }

  /** Tries for as long as the run lasts what the cluster may admit later. */
  async #admitted(run: ContainerRun, attempt: () => Promise<void>): Promise<void> {
    for (;;) {
      run.signal.throwIfAborted()
      try {
        await persist({ signal: run.signal, forMs: this.#patience.clusterMs }, attempt)
        return
      } catch (error) {
        if (!isRefused(error, 403) || /cannot \w+ resource/u.test(error.message)) throw error
        run.refused(creationRefusal(error.message))
      }
      await wait(CREATE_MS, undefined, { signal: run.signal })
    }
  }

  async #remove(name: string, active: boolean, onSent: () => void): Promise<void> {
    const persistence = { forMs: REMOVE_MS }
    const removing = (resource: string, path: string) =>
      persist(persistence, async () => {
        try {
          const query = { propagationPolicy: 'Background' }
          await this.#api.json({ verb: 'delete', resource, path: `${path}/${name}`, query, onSent })
        } catch (error) {
          if (!isRefused(error, 404)) throw error
        }
      })
    const listed = Promise.all([this.#jobs.start(), this.#pods.start()])
    await Promise.all([removing('jobs', this.#jobsPath), removing('secrets', `${this.#core}/secrets`)])
    if (active) {
      await persist(persistence, () =>
        this.#api.json({
          verb: 'deletecollection',
          resource: 'pods',
          path: `${this.#core}/pods`,
          query: { labelSelector: `${this.#selector},${JOB_NAME_LABEL}=${name}`, gracePeriodSeconds: 1 },
          onSent,
        }),
      )
    }
    const gone = listed.then(() => this.#gone(name)).then(() => true)
    if (await Promise.race([gone, wait(GONE_MS, false, { ref: false })])) return
    this.#options.log.warn({ name }, 'pods that were deleted are not gone yet')
  }

  /** Whether a pod of it may not have ended. */
  #active(name: string): boolean {
    const pods = [...(this.#podsOfJob.get(name)?.values() ?? [])]
    return pods.some(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
  }

  async #names(resource: string, path: string): Promise<readonly WatchedObject[]> {
    const list = await this.#api.json<ObjectList<WatchedObject>>({
      verb: 'list',
      resource,
      path,
      query: { labelSelector: this.#selector },
      accept: NAMES_ONLY,
    })
    return list.items ?? []
  }

  /** Resolves when neither a Job of the name nor a pod of it is there. */
  async #gone(name: string): Promise<void> {
    while (this.#jobs.get(name) !== undefined || this.#podsOfJob.has(name)) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const listeners = this.#goneListeners.get(name) ?? new Set()
      listeners.add(resolve)
      this.#goneListeners.set(name, listeners)
      await promise
    }
  }

  #tellGone(name: string): void {
    const listeners = this.#goneListeners.get(name)
    this.#goneListeners.delete(name)
    for (const listener of listeners ?? []) listener()
  }

  #jobGone(job: Job): void {
    this.#runs.get(job.metadata.name)?.jobGone(job)
    this.#tellGone(job.metadata.name)
  }

  #podSeen(pod: Pod): void {
    const name = jobNameOf(pod)
    const pods = this.#podsOfJob.get(name) ?? new Map<string, Pod>()
    pods.set(pod.metadata.name, pod)
    this.#podsOfJob.set(name, pods)
    this.#runs.get(name)?.podSeen(pod)
  }

  #podGone(pod: Pod): void {
    const name = jobNameOf(pod)
    const pods = this.#podsOfJob.get(name)
    pods?.delete(pod.metadata.name)
    if (pods?.size === 0) this.#podsOfJob.delete(name)
    this.#runs.get(name)?.podGone(pod)
    this.#tellGone(name)
  }

  #running(): ReadonlyMap<string, readonly string[]> {
    const byNode = new Map<string, string[]>()
    for (const run of this.#runs.values()) {
      for (const { node, pod } of run.running()) byNode.set(node, [...(byNode.get(node) ?? []), pod])
    }
    return byNode
  }

  #used(pod: string, use: Omit<ContainerUse, 'number'>): void {
    const [, name = '', number = ''] = /^(.+)-(\d+)-[a-z0-9]+$/u.exec(pod) ?? []
    this.#runs.get(name)?.used(Number(number), pod, use)
  }

  #look(): void {
    const away = this.#jobs.away() ?? this.#pods.away()
    for (const run of this.#runs.values()) run.look(away)
    if (away === undefined && performance.now() - this.#askedAt > EVENTS_MS) void this.#askForEvents()
  }

  /** Why Jobs have fewer pods than they should: the Job controller says it in events alone. */
  async #askForEvents(): Promise<void> {
    const asking = [...this.#runs.values()].filter((run) => run.asksForEvents !== undefined)
    if (asking.length === 0) return
    this.#askedAt = performance.now()
    try {
      const list: ObjectList<ClusterEvent> = await this.#api.json({
        verb: 'list',
        resource: 'events',
        path: `${this.#core}/events`,
        query: { fieldSelector: 'involvedObject.kind=Job,reason=FailedCreate' },
      })
      for (const run of asking) {
        const asked = run.asksForEvents
        const event = (list.items ?? [])
          .filter(({ involvedObject }) => involvedObject.uid === asked?.jobUid)
          .toSorted((a, b) => timeOf(a) - timeOf(b))
          .at(-1)
        if (asked !== undefined && event !== undefined && timeOf(event) >= asked.since.getTime())
          run.refused(creationRefusal(event.message ?? ''))
      }
    } catch (error) {
      if (!this.#closed) this.#options.log.info({ err: error }, 'events of Jobs are not known')
    }
  }
}

function timeOf({ lastTimestamp, eventTime, metadata }: ClusterEvent): number {
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp)
}

function outcomeOf(error: unknown): string {
  if (error instanceof ExecutionFailed) return error.reason
  return error === leave ? 'LEFT' : 'CANCELLED'
}
