import { isDeepStrictEqual } from 'node:util'
import { AlgorithmSpec } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { invalidField } from '../../../errors/domain-error.ts'
import { environmentIdOf } from '../environments/environment.ts'
import { environmentsByIds } from '../environments/environment-store.ts'
import { lockVersions } from '../latest-version.ts'
import { type AlgorithmKey, type AlgorithmRecord, keyOf, referenceOf } from './algorithm.ts'
import { announceRegistered, announceReviewed } from './algorithm-events.ts'
import { violationsOfAlgorithm } from './algorithm-rules.ts'
import {
  algorithmById,
  algorithmOfRequest,
  countPending,
  insertAlgorithm,
  moveAlgorithm,
  type NewAlgorithm,
  readAlgorithm,
  type StateChange,
} from './algorithm-store.ts'
import { algorithmTransitions, type Decision, needsComment } from './algorithm-transitions.ts'
import {
  algorithmInvalid,
  algorithmNotFound,
  noRegistryAllowed,
  notYourAlgorithm,
  registrationRepeated,
  reviewerRegisteredIt,
  tooManyPending,
  tooManyVersions,
  wrongState,
} from './algorithms-errors.ts'

export interface AlgorithmsServiceOptions {
  readonly dataSource: DataSource
  /** Prefixes of images that may run; none for none. */
  readonly registries: readonly string[]
  /** Whether an organisation may read a dataset. */
  readonly isReadable: (organizationId: string, datasetId: string) => Promise<boolean>
}

/** Who does something with algorithms of an organisation. */
export interface AlgorithmActor {
  readonly userId: string
  readonly organizationId: string
  readonly slug: string
  /** Whether what others registered is theirs to withdraw. */
  readonly manages: boolean
}

export interface Registration {
  readonly slug: string
  readonly spec: AlgorithmSpec
  readonly requestId: string | undefined
  readonly validateOnly: boolean
}

/** So that who decides is not flooded. */
const PENDING_MAX = 100
const VERSIONS_MAX = 10_000

export class AlgorithmsService {
  readonly #options: AlgorithmsServiceOptions

  constructor(options: AlgorithmsServiceOptions) {
    this.#options = options
  }

  /** The next version, PENDING. With validateOnly what it would be: its id stands for nothing. */
  async register(actor: AlgorithmActor, registration: Registration): Promise<AlgorithmRecord> {
    const { dataSource, registries } = this.#options
    const { slug, spec, requestId, validateOnly } = registration
    const { organizationId, userId } = actor
    const earlier = await this.#earlier(actor, registration)
    if (earlier !== undefined) return earlier
    if (registries.length === 0) throw noRegistryAllowed()
    await this.#check(organizationId, spec)
    const id = v7()
    const registered = await inTransaction(dataSource, async (manager) => {
      const latest = await lockVersions(manager, 'algorithms', organizationId, slug)
      if (latest >= VERSIONS_MAX) throw tooManyVersions(VERSIONS_MAX)
      if ((await countPending(manager, organizationId)) >= PENDING_MAX) throw tooManyPending(PENDING_MAX)
      const version = latest + 1
      const algorithm: NewAlgorithm = {
        id,
        organizationId,
        slug,
        version,
        spec,
        registrantId: userId,
        requestId,
      }
      if (validateOnly) return unregistered(actor, algorithm)
      if (!(await insertAlgorithm(manager, algorithm))) return undefined
      await announceRegistered(manager, algorithm)
      return algorithmById(manager, id)
    })
    // The same request came in twice at once, and the other one was first.
    const found = registered ?? (await this.#earlier(actor, registration))
    if (found === undefined) throw new Error(`the algorithm ${id} was not registered`)
    return found
  }

  async get(key: AlgorithmKey): Promise<AlgorithmRecord> {
    const algorithm = await readAlgorithm(this.#options.dataSource, key)
    if (algorithm === undefined) throw algorithmNotFound()
    return algorithm
  }

  async withdraw(actor: AlgorithmActor, key: AlgorithmKey): Promise<AlgorithmRecord> {
    return this.#move(key, 'WITHDRAWN', async (_, algorithm) => {
      if (algorithm.registrantId !== actor.userId && !actor.manages) throw notYourAlgorithm()
      return undefined
    })
  }

  async review(
    reviewerId: string,
    key: AlgorithmKey,
    decision: Decision,
    comment: string,
  ): Promise<AlgorithmRecord> {
    const text = comment.trim()
    if (needsComment[decision] && text === '') {
      throw invalidField('comment', 'is missing: say why, for whoever registered it.', 'COMMENT_NEEDED')
    }
    return this.#move(key, decision, async (manager, algorithm) => {
      if (algorithm.registrantId === reviewerId) throw reviewerRegisteredIt()
      await announceReviewed(manager, algorithm, { decision, comment: text, reviewerId })
      return { reviewerId, comment: text }
    })
  }

  /**
   * Takes a version from the state that it is found in to another one.
   *
   * @param agree throws when it must not; tells what is written of the decision
   */
  async #move(
    key: AlgorithmKey,
    to: Decision | 'WITHDRAWN',
    agree: (manager: EntityManager, algorithm: AlgorithmRecord) => Promise<StateChange['review']>,
  ): Promise<AlgorithmRecord> {
    return inTransaction(this.#options.dataSource, async (manager) => {
      const algorithm = await readAlgorithm(manager, key)
      if (algorithm === undefined) throw algorithmNotFound()
      const reference = referenceOf(keyOf(algorithm), '')
      const from = algorithm.state
      const review = await agree(manager, algorithm)
      if (!algorithmTransitions[from].includes(to)) throw wrongState(reference, from, to)
      const moved = await moveAlgorithm(manager, algorithm.id, { from, to, review })
      const after = await algorithmById(manager, algorithm.id)
      if (after === undefined) throw algorithmNotFound()
      // Somebody else was first: it is in another state now than it was seen in.
      if (!moved) throw wrongState(reference, after.state, to)
      return after
    })
  }

  async #check(organizationId: string, spec: AlgorithmSpec): Promise<void> {
    const { dataSource, registries, isReadable } = this.#options
    const environmentId = environmentIdOf(spec.environment)
    const environments = await environmentsByIds(dataSource, [environmentId])
    const unknownDatasets = new Set<string>()
    for (const id of new Set(spec.datasets.filter((pattern) => !pattern.includes('*')))) {
      if (!(await isReadable(organizationId, id))) unknownDatasets.add(id)
    }
    const violations = violationsOfAlgorithm(spec, {
      registries,
      environment: environments.get(environmentId),
      unknownDatasets,
    })
    if (violations.length > 0) throw algorithmInvalid(violations)
  }

  /** What the request_id has registered before. */
  async #earlier(
    { organizationId, userId, slug: organization }: AlgorithmActor,
    { slug, spec, requestId, validateOnly }: Registration,
  ): Promise<AlgorithmRecord | undefined> {
    if (requestId === undefined || validateOnly) return undefined
    const { dataSource } = this.#options
    const earlier = await algorithmOfRequest(dataSource, organizationId, userId, requestId)
    if (earlier === undefined) return undefined
    const isSame =
      earlier.slug === slug &&
      isDeepStrictEqual(AlgorithmSpec.toJSON(earlier.spec), AlgorithmSpec.toJSON(spec))
    if (!isSame) throw registrationRepeated(referenceOf(keyOf(earlier), organization))
    return earlier
  }
}

function unregistered(actor: AlgorithmActor, algorithm: NewAlgorithm): AlgorithmRecord {
  return {
    ...algorithm,
    organizationSlug: actor.slug,
    organizationDisplayName: '',
    state: 'PENDING',
    registrantDisplayName: '',
    createTime: new Date(),
    reviewTime: undefined,
    reviewerDisplayName: '',
    reviewComment: '',
  }
}
