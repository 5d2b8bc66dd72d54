import type { DataSource } from 'typeorm'
import type { PageTokens } from '../../../server/page-token.ts'
import type { RegisteredService } from '../../../server/service-handlers.ts'
import type { IdentityService } from '../../identity/index.ts'
import { ConsentService, PurposeService } from '../consent/index.ts'
import { LookService } from '../looks/index.ts'
import { PolicyService } from '../policy/index.ts'
import { DeviceService } from './device-service.ts'
import { Erasures, type ForgetPerson } from './erase-person.ts'
import { PersonExports } from './export-person.ts'
import { ownLocationHandler } from './own-location-handler.ts'
import { PeopleService } from './people-service.ts'
import { personHandler } from './person-handler.ts'

export interface PeopleOptions {
  readonly dataSource: DataSource
  readonly identity: IdentityService
  readonly pageTokens: PageTokens
  /** What else keeps something of persons. */
  readonly forget: readonly ForgetPerson[]
}

/** The services of persons, and of those who are they. */
export function createPeople({
  dataSource,
  identity,
  pageTokens,
  forget,
}: PeopleOptions): RegisteredService[] {
  const people = new PeopleService(dataSource, identity)
  const consents = new ConsentService(dataSource)
  const looks = new LookService(dataSource)
  const exports = new PersonExports(dataSource)
  return [
    personHandler({
      people,
      devices: new DeviceService(dataSource),
      purposes: new PurposeService(dataSource),
      consents,
      policies: new PolicyService(dataSource),
      looks,
      erasures: new Erasures(dataSource, forget),
      exports,
      identity,
      pageTokens,
    }),
    ownLocationHandler({ people, consents, looks, exports, identity, pageTokens }),
  ]
}
