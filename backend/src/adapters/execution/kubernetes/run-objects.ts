import type { ContainerKey, ContainerOrder } from '../../../ports/containers.ts'
import { isRefused } from './api-errors.ts'
import { jobManifest, type ManifestOptions, secretManifest } from './job-manifest.ts'
import type { ApiRequest, KubernetesApi } from './kubernetes-api.ts'
import type { ClusterEvent, Job, ObjectList, WatchedObject } from './kubernetes-objects.ts'
import { INSTALLATION_LABEL, JOB_NAME_LABEL, keyOfLabels, objectName } from './object-names.ts'
import { stagedByAddress } from './staged-by-address.ts'

/** Without what is in them: a Secret's token is nobody's business. */
const NAMES_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

/** What a run has in the cluster: a Secret, a Job, and the Job's pods. */
export class RunObjects {
  readonly jobsPath: string
  readonly podsPath: string
  readonly labelSelector: string
  readonly #api: KubernetesApi
  readonly #manifest: ManifestOptions
  readonly #secretsPath: string
  readonly #eventsPath: string

  constructor(api: KubernetesApi, namespace: string, manifest: ManifestOptions) {
    const core = `/api/v1/namespaces/${namespace}`
    this.#api = api
    this.#manifest = manifest
    this.labelSelector = `${INSTALLATION_LABEL}=${manifest.installation}`
    this.jobsPath = `/apis/batch/v1/namespaces/${namespace}/jobs`
    this.podsPath = `${core}/pods`
    this.#secretsPath = `${core}/secrets`
    this.#eventsPath = `${core}/events`
  }

  async createSecret(order: ContainerOrder, onSent: () => void): Promise<void> {
    const body = secretManifest(order, this.#manifest)
    const secrets = { resource: 'secrets', body, onSent } as const
    try {
      await this.#api.json({ verb: 'create', path: this.#secretsPath, ...secrets })
    } catch (error) {
      if (!isRefused(error, 409)) throw error
      // A worker ended before it had created the Job: its token may expire too soon.
      const path = `${this.#secretsPath}/${objectName(order.key)}`
      await this.#api.json({ verb: 'update', path, ...secrets })
    }
  }

  /** The Job as it was created, now or before. */
  async createJob(order: ContainerOrder, onSent: () => void): Promise<Job> {
    const jobs = { resource: 'jobs', onSent } as const
    try {
      const body = jobManifest(await stagedByAddress(order), this.#manifest)
      return await this.#api.json<Job>({ verb: 'create', path: this.jobsPath, body, ...jobs })
    } catch (error) {
      if (!isRefused(error, 409)) throw error
      // By a request whose answer was lost, or by another worker.
      const path = `${this.jobsPath}/${objectName(order.key)}`
      return await this.#api.json<Job>({ verb: 'get', path, ...jobs })
    }
  }

  async deleteJob(name: string, onSent: () => void): Promise<void> {
    const query = { propagationPolicy: 'Background' }
    await this.#delete({ verb: 'delete', resource: 'jobs', path: `${this.jobsPath}/${name}`, query, onSent })
  }

  async deleteSecret(name: string, onSent: () => void): Promise<void> {
    const path = `${this.#secretsPath}/${name}`
    await this.#delete({ verb: 'delete', resource: 'secrets', path, onSent })
  }

  /** With a second from SIGTERM to SIGKILL, so that they are gone when the cluster says so. */
  async deletePods(name: string, onSent: () => void): Promise<void> {
    const query = {
      labelSelector: `${this.labelSelector},${JOB_NAME_LABEL}=${name}`,
      gracePeriodSeconds: 1,
    }
    await this.#delete({ verb: 'deletecollection', resource: 'pods', path: this.podsPath, query, onSent })
  }

  /** Keys that any object is labelled with. */
  async keys(): Promise<ContainerKey[]> {
    const lists = await Promise.all([
      this.#names('jobs', this.jobsPath),
      this.#names('pods', this.podsPath),
      this.#names('secrets', this.#secretsPath),
    ])
    const keys = new Map<string, ContainerKey>()
    for (const { metadata } of lists.flat()) {
      const key = keyOfLabels(metadata.labels)
      if (key !== undefined) keys.set(objectName(key), key)
    }
    return [...keys.values()]
  }

  /** What the Job controller said of pods that it could not create, of all Jobs of the namespace. */
  async creationFailures(): Promise<readonly ClusterEvent[]> {
    const { items } = await this.#api.json<ObjectList<ClusterEvent>>({
      verb: 'list',
      resource: 'events',
      path: this.#eventsPath,
      query: { fieldSelector: 'involvedObject.kind=Job,reason=FailedCreate' },
    })
    return items ?? []
  }

  async #names(resource: string, path: string): Promise<readonly WatchedObject[]> {
    const { items } = await this.#api.json<ObjectList<WatchedObject>>({
      verb: 'list',
      resource,
      path,
      query: { labelSelector: this.labelSelector },
      accept: NAMES_ONLY,
    })
    return items ?? []
  }

  async #delete(request: ApiRequest): Promise<void> {
    try {
      await this.#api.json(request)
    } catch (error) {
      if (!isRefused(error, 404)) throw error
    }
  }
}
