import type {
  Environment as EnvironmentMessage,
  ListEnvironmentsResponse,
} from '@fairlead/proto/server/fairlead/workflows/v1/environments'
import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import type { SpecLimits } from '../manifest/index.ts'
import type { ContainersAvailable } from './containers-available.ts'
import { type EnvironmentRecord, environmentName } from './environment.ts'
import { readLoads } from './environment-load.ts'
import { environmentMessage, environmentOfMessage } from './environment-messages.ts'
import { readPrices } from './environment-price.ts'
import { environmentInvalid, violationsOfEnvironment } from './environment-rules.ts'
import {
  algorithmOfEnvironment,
  deleteEnvironment,
  insertEnvironment,
  listEnvironments,
  lockEnvironment,
  writeEnvironment,
} from './environment-store.ts'

export interface EnvironmentsServiceOptions {
  readonly dataSource: DataSource
  readonly containers: ContainersAvailable
  readonly limits: Pick<SpecLimits, 'violationsOfEnvironment'>
}

/** What may be set of an environment, by its name in an update mask. */
export const environmentPaths = [
  'display_name',
  'description',
  'cpu_millis',
  'memory_bytes',
  'disk_bytes',
  'max_duration',
  'max_parallel',
  'price_factor_thousandths',
  'open',
  'node_labels',
  'gpus',
] as const
export type EnvironmentPath = (typeof environmentPaths)[number]

const fieldsOf: Readonly<Record<EnvironmentPath, keyof EnvironmentRecord>> = {
  display_name: 'displayName',
  description: 'description',
  cpu_millis: 'cpuMillis',
  memory_bytes: 'memoryBytes',
  disk_bytes: 'diskBytes',
  max_duration: 'maxDurationMs',
  max_parallel: 'maxParallel',
  price_factor_thousandths: 'priceFactor',
  open: 'open',
  node_labels: 'nodeLabels',
  gpus: 'gpus',
}

export class EnvironmentsService {
  readonly #options: EnvironmentsServiceOptions

  constructor(options: EnvironmentsServiceOptions) {
    this.#options = options
  }

  /** @param organizationId whose prices; undefined for all environments, closed ones too, as the operator sees them */
  async list(organizationId: string | undefined): Promise<ListEnvironmentsResponse> {
    const { dataSource, containers } = this.#options
    const [environments, loads, priceOf] = await Promise.all([
      listEnvironments(dataSource, { closedToo: organizationId === undefined }),
      readLoads(dataSource),
      readPrices(dataSource, organizationId),
    ])
    return {
      environments: environments.map((each) => environmentMessage(each, loads.of(each.id), priceOf(each))),
      available: containers.available,
      unavailableMessage: containers.available ? '' : containers.message,
    }
  }

  async create(message: EnvironmentMessage): Promise<EnvironmentMessage> {
    const environment = environmentOfMessage(message)
    this.#check(environment)
    if (!(await insertEnvironment(this.#options.dataSource, environment))) throw nameTaken(environment.id)
    return this.#whole(environment)
  }

  async update(
    message: EnvironmentMessage,
    paths: ReadonlySet<EnvironmentPath>,
  ): Promise<EnvironmentMessage> {
    const given = environmentOfMessage(message)
    const updated = await inTransaction(this.#options.dataSource, async (manager) => {
      const before = await lockEnvironment(manager, given.id)
      if (before === undefined) throw environmentNotFound(given.id)
      const set = [...paths].map((path) => [fieldsOf[path], given[fieldsOf[path]]])
      const after: EnvironmentRecord = { ...before, ...Object.fromEntries(set) }
      this.#check(after)
      await writeEnvironment(manager, after)
      return after
    })
    return this.#whole(updated)
  }

  async delete(id: string): Promise<void> {
    await inTransaction(this.#options.dataSource, async (manager) => {
      if ((await lockEnvironment(manager, id)) === undefined) throw environmentNotFound(id)
      const algorithm = await algorithmOfEnvironment(manager, environmentName(id))
      if (algorithm !== undefined) throw environmentInUse(algorithm)
      await deleteEnvironment(manager, id)
    })
  }

  /** An update names some fields alone: the contract's limits are for what comes of it. */
  #check(environment: EnvironmentRecord): void {
    const ofContract = this.#options.limits.violationsOfEnvironment(
      environmentMessage(environment, undefined, undefined),
    )
    const violations = [...ofContract, ...violationsOfEnvironment(environment)]
    if (violations.length > 0) throw environmentInvalid(violations)
  }

  async #whole(environment: EnvironmentRecord): Promise<EnvironmentMessage> {
    const { dataSource } = this.#options
    const [loads, priceOf] = await Promise.all([readLoads(dataSource), readPrices(dataSource, undefined)])
    return environmentMessage(environment, loads.of(environment.id), priceOf(environment))
  }
}

function environmentNotFound(id: string): DomainError {
  return new DomainError('NOT_FOUND', 'ENVIRONMENT_NOT_FOUND', `There is no environment ${id}.`)
}

function nameTaken(id: string): DomainError {
  return new DomainError(
    'ALREADY_EXISTS',
    'ENVIRONMENT_EXISTS',
    `There is an environment ${id} already. Change that one, or choose another name.`,
  )
}

function environmentInUse(algorithm: string): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'ENVIRONMENT_IN_USE',
    `The algorithm ${algorithm} runs in it. Close the environment instead: nothing new runs in it then.`,
    { metadata: { algorithm } },
  )
}
