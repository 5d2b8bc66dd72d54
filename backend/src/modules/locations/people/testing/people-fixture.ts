import {
  FixServiceService,
  type RecordFixesResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/fixes'
import {
  type Device,
  OwnLocationServiceService,
  type Person,
  PersonServiceService,
} from '@fairlead/proto/server/fairlead/locations/v1/people'
import type { HttpBody } from '@fairlead/proto/server/google/api/httpbody'
import type { MethodDefinition } from '@grpc/grpc-js'
import { bearer, startTestBackend, type TestBackend } from '../../../../testing/backend.ts'

export const lab = 'organizations/lab'
export const other = 'organizations/other'
export const contacts = `${lab}/locationPurposes/contacts`

export interface PeopleFixture {
  readonly backend: TestBackend
  readonly tokens: Readonly<
    Record<'administrator' | 'submitter' | 'ada' | 'bert' | 'rival' | 'operator', string>
  >
  /** Of the organisation lab. */
  readonly labId: string
  idOf(email: string): Promise<string>
  createPerson(displayName: string, more?: { externalId?: string; userEmail?: string }): Promise<Person>
  createDevice(person: Person, displayName: string, externalId?: string): Promise<Device>
  consent(persons: readonly Person[], purpose?: string): Promise<void>
  recordFixes(device: Device, times: readonly Date[], token?: string): Promise<RecordFixesResponse>
  stop(): Promise<void>
}

/** The organisations lab and other, with purposes "contacts" and "study" in lab. */
export async function peopleFixture(): Promise<PeopleFixture> {
  const backend = await startTestBackend({
    organizations: [
      {
        slug: 'centre',
        displayName: 'Centre',
        kind: 'OPERATOR',
        members: [{ email: 'operator@example.org', role: 'ADMINISTRATOR' }],
      },
      {
        slug: 'lab',
        displayName: 'Lab',
        kind: 'MEMBER',
        members: [
          { email: 'administrator@example.org', role: 'ADMINISTRATOR' },
          { email: 'submitter@example.org', role: 'SUBMITTER' },
          { email: 'ada@example.org', role: 'MEMBER' },
          { email: 'bert@example.org', role: 'MEMBER' },
        ],
      },
      {
        slug: 'other',
        displayName: 'Other',
        kind: 'MEMBER',
        members: [
          { email: 'rival@example.org', role: 'ADMINISTRATOR' },
          { email: 'ada@example.org', role: 'MEMBER' },
        ],
      },
    ],
  })
  const names = ['administrator', 'submitter', 'ada', 'bert', 'rival', 'operator'] as const
  const entries = await Promise.all(
    names.map(async (name) => [name, await backend.issuer.tokenOf(name)] as const),
  )
  const tokens = Object.fromEntries(entries) as PeopleFixture['tokens']
  const { dataSource } = backend.database
  const [organization]: [{ id: string }] = await dataSource.query(
    `select id from organizations where slug = 'lab'`,
  )
  for (const locationPurposeId of ['contacts', 'study']) {
    await backend.call(
      PersonServiceService.createLocationPurpose,
      { parent: lab, locationPurposeId, displayName: `The ${locationPurposeId}`, description: '' },
      tokens.administrator,
    )
  }
  return {
    backend,
    tokens,
    labId: organization.id,
    async idOf(email) {
      const [user]: [{ id: string }] = await dataSource.query('select id from users where email = $1', [
        email,
      ])
      return user.id
    },
    createPerson: (displayName, { externalId = '', userEmail = '' } = {}) =>
      backend.call(
        PersonServiceService.createPerson,
        { parent: lab, displayName, externalId, userEmail },
        tokens.administrator,
      ),
    createDevice: (person, displayName, externalId = '') =>
      backend.call(
        PersonServiceService.createDevice,
        { parent: lab, person: person.name, displayName, externalId },
        tokens.administrator,
      ),
    async consent(persons, purpose = contacts) {
      await backend.call(
        PersonServiceService.recordConsents,
        {
          parent: lab,
          persons: persons.map(({ name }) => name),
          purpose,
          startTime: undefined,
          endTime: undefined,
          note: '',
        },
        tokens.administrator,
      )
    },
    recordFixes: (device, times, token = tokens.administrator) =>
      backend.call(
        FixServiceService.recordFixes,
        {
          parent: device.name,
          fixes: times.map((recordTime, index) => ({
            recordTime,
            latitude: 47 + index / 1000,
            longitude: 8,
            accuracyM: 5,
            device: '',
          })),
        },
        token,
      ),
    stop: () => backend.stop(),
  }
}

export const uuidOf = ({ name }: { readonly name: string }) => name.slice(name.lastIndexOf('/') + 1)

/** The export of a person, or of the caller's own, record by record. */
export async function exportOf(
  { backend }: Pick<PeopleFixture, 'backend'>,
  person: string,
  token: string,
  own = false,
): Promise<readonly Record<string, unknown>[]> {
  const bodies: HttpBody[] = []
  const stream = own
    ? opened(backend, OwnLocationServiceService.exportOwnPerson, { person }, token)
    : opened(backend, PersonServiceService.exportPerson, { name: person }, token)
  for await (const body of stream) bodies.push(body as HttpBody)
  const text = Buffer.concat(bodies.map(({ data }) => data)).toString()
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

export function opened<Request, Response>(
  { client }: TestBackend,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
  request: Request,
  token: string,
) {
  return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, bearer(token))
}
