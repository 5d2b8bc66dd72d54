import {
  ListPersonsRequest,
  PersonServiceService,
  UpdateLocationPolicyRequest,
  UpdatePersonRequest,
} from '@fairlead/proto/server/fairlead/locations/v1/people'
import type { MethodDefinition } from '@grpc/grpc-js'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf } from '../../../testing/service-error.ts'
import { contacts, lab, other, type PeopleFixture, peopleFixture, uuidOf } from './testing/people-fixture.ts'

const {
  createDevice,
  createLocationPurpose,
  createPerson,
  erasePerson,
  getLocationPolicy,
  getPerson,
  issueDeviceToken,
  listConsents,
  listDevices,
  listLocationLooks,
  listLocationPurposes,
  listPersons,
  recordConsents,
  revokeDeviceToken,
  updateLocationPolicy,
  updatePerson,
  withdrawConsent,
} = PersonServiceService

let fixture: PeopleFixture
beforeAll(async () => {
  fixture = await peopleFixture()
})
afterAll(() => fixture.stop())

function asAdministrator<Request, Response>(method: MethodDefinition<Request, Response>, request: Request) {
  return fixture.backend.call(method, request, fixture.tokens.administrator)
}

describe('persons', () => {
  test('are made, found, and changed by the fields that a mask names', async () => {
    const made = await fixture.createPerson(' Cleo ', { externalId: 'C-1', userEmail: 'Bert@Example.org' })
    expect(made).toMatchObject({
      displayName: 'Cleo',
      externalId: 'C-1',
      user: `users/${await fixture.idOf('bert@example.org')}`,
      deviceCount: 0,
      consentedPurposes: [],
      lastFixTime: undefined,
    })
    expect(await asAdministrator(getPerson, { name: made.name })).toEqual(made)
    const change = (fields: Partial<UpdatePersonRequest>) =>
      asAdministrator(updatePerson, UpdatePersonRequest.fromPartial({ name: made.name, ...fields }))
    expect(
      await change({ updateMask: ['display_name'], displayName: 'Clea', externalId: 'ignored' }),
    ).toEqual({
      ...made,
      displayName: 'Clea',
    })
    expect(await change({ updateMask: ['external_id', 'user_email'] })).toMatchObject({
      displayName: 'Clea',
      externalId: '',
      user: '',
    })
    expect(await failureOf(change({ updateMask: ['display_name'], displayName: ' ' }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['display_name'],
    })
    expect(await failureOf(change({ updateMask: ['person_no'] }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['update_mask'],
    })
  })

  test('have external ids and members of their own', async () => {
    await fixture.createPerson('First', { externalId: 'twice', userEmail: 'submitter@example.org' })
    expect(await failureOf(fixture.createPerson('Second', { externalId: 'twice' }))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'EXTERNAL_ID_TAKEN',
      fields: ['external_id'],
    })
    expect(
      await failureOf(fixture.createPerson('Second', { userEmail: 'submitter@example.org' })),
    ).toMatchObject({ code: 'ALREADY_EXISTS', reason: 'MEMBER_IS_PERSON', fields: ['user_email'] })
    // Without one there may be many.
    await fixture.createPerson('Second')
    await fixture.createPerson('Third')
  })

  test('are members of the organisation only; of other addresses nothing is told', async () => {
    const unknown = await failureOf(fixture.createPerson('X', { userEmail: 'nobody@example.org' }))
    const elsewhere = await failureOf(fixture.createPerson('X', { userEmail: 'rival@example.org' }))
    expect(unknown).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'NOT_A_MEMBER',
      fields: ['user_email'],
    })
    expect(elsewhere).toEqual({ ...unknown, metadata: elsewhere.metadata })
  })

  test('are listed by name, page after page, and searched for as written', async () => {
    const names = ['paged b', 'paged a', 'paged c', 'paged a', 'Paged 50%', 'paged_under']
    for (const name of names) await fixture.createPerson(name)
    await fixture.createPerson('by its id', { externalId: 'PAGED-9' })
    const list = (asked: Partial<ListPersonsRequest>) =>
      asAdministrator(listPersons, ListPersonsRequest.fromPartial({ parent: lab, ...asked }))
    const all = await list({ search: 'paged' })
    const sorted = all.persons.map(({ displayName }) => displayName)
    expect(sorted.filter((name) => name !== 'by its id').sort()).toEqual([...names].sort())
    expect(sorted).toContain('by its id')
    const paged: string[] = []
    for (let pageToken = ''; ; ) {
      const page = await list({ search: 'paged', pageSize: 2, pageToken })
      expect(page.persons.length).toBeLessThanOrEqual(2)
      paged.push(...page.persons.map(({ name }) => name))
      pageToken = page.nextPageToken
      if (pageToken === '') break
    }
    expect(paged).toEqual(all.persons.map(({ name }) => name))

    expect((await list({ search: '50%' })).persons).toHaveLength(1)
    expect((await list({ search: 'd_u' })).persons).toHaveLength(1)
    expect((await list({ search: '\\' })).persons).toHaveLength(0)

    const { nextPageToken } = await list({ search: 'paged', pageSize: 2 })
    for (const asked of [
      { search: 'page', pageToken: nextPageToken },
      { search: 'paged', pageToken: `${nextPageToken.slice(0, -2)}AA` },
    ]) {
      expect(await failureOf(list(asked))).toMatchObject({ reason: 'PAGE_TOKEN_INVALID' })
    }
    // Another organisation's list goes on by none of them.
    const foreign = fixture.backend.call(
      listPersons,
      ListPersonsRequest.fromPartial({ parent: other, search: 'paged', pageToken: nextPageToken }),
      fixture.tokens.rival,
    )
    expect(await failureOf(foreign)).toMatchObject({ reason: 'PAGE_TOKEN_INVALID' })
  })

  test('of other organisations, and those who never were, are told with one and the same answer', async () => {
    const { backend, tokens } = fixture
    const foreign = await backend.call(
      createPerson,
      { parent: other, displayName: 'Foreign', externalId: '', userEmail: '' },
      tokens.rival,
    )
    const consent = `consents/${v7()}`
    const noFilter = { pageSize: 0, pageToken: '' }
    const asked = (name: string) => [
      failureOf(asAdministrator(getPerson, { name })),
      failureOf(
        asAdministrator(updatePerson, {
          ...UpdatePersonRequest.fromPartial({ name, displayName: 'Mine' }),
          updateMask: ['display_name'],
        }),
      ),
      failureOf(asAdministrator(erasePerson, { name })),
      failureOf(asAdministrator(listConsents, { parent: name })),
      failureOf(asAdministrator(listDevices, { parent: lab, person: name, ...noFilter })),
      failureOf(asAdministrator(listLocationLooks, { parent: lab, person: name, ...noFilter })),
      failureOf(
        asAdministrator(createDevice, { parent: lab, person: name, displayName: 'Phone', externalId: '' }),
      ),
      failureOf(asAdministrator(withdrawConsent, { name: `${name}/${consent}` })),
    ]
    const answers = await Promise.all([
      ...asked(`${lab}/persons/${uuidOf(foreign)}`),
      ...asked(`${lab}/persons/${v7()}`),
      ...asked(`${lab}/persons/------------------------------------`),
    ])
    const [first] = answers
    expect(first).toMatchObject({ code: 'NOT_FOUND', reason: 'PERSON_NOT_FOUND' })
    for (const { metadata: _, ...answer } of answers)
      expect({ ...answer, metadata: first!.metadata }).toEqual(first)
    expect(await backend.call(getPerson, { name: foreign.name }, tokens.rival)).toEqual(foreign)
  })
})

describe('devices', () => {
  test('write with their token until it is replaced or revoked', async () => {
    const person = await fixture.createPerson('Walker')
    const device = await fixture.createDevice(person, 'Phone', 'phone-1')
    expect(device).toMatchObject({ person: person.name, personDisplayName: 'Walker', tokenPrefix: '' })
    const issue = () => asAdministrator(issueDeviceToken, { name: device.name, lifetimeDays: 0 })
    const first = await issue()
    expect(first.secret).toMatch(/^fld_[A-Za-z0-9_-]{43}$/)
    expect(first.device?.tokenPrefix).toBe(first.secret.slice(0, 10))
    const days = ((first.device?.tokenExpireTime?.getTime() ?? 0) - Date.now()) / 86_400_000
    expect(days).toBeCloseTo(365, 1)
    const time = new Date(Date.now() - 60_000)
    expect(await fixture.recordFixes(device, [time], first.secret)).toMatchObject({
      counts: { accepted: 1n },
    })

    const second = await issue()
    const refused = { code: 'UNAUTHENTICATED' }
    await expect
      .poll(() => failureOf(fixture.recordFixes(device, [time], first.secret)))
      .toMatchObject(refused)
    expect(await fixture.recordFixes(device, [time], second.secret)).toMatchObject({
      counts: { duplicates: 1n },
    })

    const revoked = await asAdministrator(revokeDeviceToken, { name: device.name })
    expect(revoked).toMatchObject({ tokenPrefix: '', tokenExpireTime: undefined, lastFixTime: time })
    await expect
      .poll(() => failureOf(fixture.recordFixes(device, [time], second.secret)))
      .toMatchObject(refused)
    expect(await asAdministrator(getPerson, { name: person.name })).toMatchObject({
      deviceCount: 1,
      lastFixTime: time,
    })
  })

  test('keep the hash of their token, and nothing that leads to it', async () => {
    const device = await fixture.createDevice(await fixture.createPerson('Hashed'), 'Phone')
    const { secret } = await asAdministrator(issueDeviceToken, { name: device.name, lifetimeDays: 1 })
    const { dataSource } = fixture.backend.database
    const [row]: { text: string }[] = await dataSource.query(
      'select to_jsonb(devices)::text as text from devices where id = $1',
      [uuidOf(device)],
    )
    expect(row!.text).not.toContain(secret.slice(10))
  })

  test('are listed of one person or of all, page after page', async () => {
    const person = await fixture.createPerson('Of three')
    for (const name of ['c', 'a', 'b']) await fixture.createDevice(person, name)
    const listed: string[] = []
    for (let pageToken = ''; ; ) {
      const page = await asAdministrator(listDevices, {
        parent: lab,
        person: person.name,
        pageSize: 2,
        pageToken,
      })
      listed.push(...page.devices.map(({ displayName }) => displayName))
      pageToken = page.nextPageToken
      if (pageToken === '') break
    }
    expect(listed).toEqual(['a', 'b', 'c'])
    const all = await asAdministrator(listDevices, { parent: lab, person: '', pageSize: 500, pageToken: '' })
    expect(all.devices.length).toBeGreaterThan(3)
  })

  test('of another organisation have no token to be given or taken', async () => {
    const { backend, tokens } = fixture
    const device = await fixture.createDevice(await fixture.createPerson('Mine'), 'Phone')
    const name = `${other}/devices/${uuidOf(device)}`
    for (const call of [
      () => backend.call(issueDeviceToken, { name, lifetimeDays: 1 }, tokens.rival),
      () => backend.call(revokeDeviceToken, { name }, tokens.rival),
    ]) {
      expect(await failureOf(call())).toMatchObject({ code: 'NOT_FOUND', reason: 'DEVICE_NOT_FOUND' })
    }
  })
})

describe('purposes', () => {
  test('are made once, and listed for those who may look', async () => {
    const { backend, tokens } = fixture
    const request = { parent: lab, locationPurposeId: 'safety', displayName: 'Safety', description: 'Why.' }
    const made = await asAdministrator(createLocationPurpose, request)
    expect(made.name).toBe(`${lab}/locationPurposes/safety`)
    expect(await failureOf(asAdministrator(createLocationPurpose, request))).toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    const { locationPurposes } = await backend.call(listLocationPurposes, { parent: lab }, tokens.submitter)
    expect(locationPurposes).toContainEqual(made)
    expect(await backend.call(listLocationPurposes, { parent: other }, tokens.rival)).toEqual({
      locationPurposes: [],
    })
  })

  test('are 100 at most, also when they are made at the same time', async () => {
    const { backend, tokens } = fixture
    const make = (index: number) =>
      backend.call(
        createLocationPurpose,
        { parent: other, locationPurposeId: `purpose-${index}`, displayName: 'One', description: '' },
        tokens.rival,
      )
    await backend.database.dataSource.query(
      `insert into location_purposes (id, organization_id, slug, display_name)
       select gen_random_uuid(), id, 'purpose-of-sql-' || n, 'One'
       from organizations, generate_series(1, 97) n where slug = 'other'`,
    )
    const made = await Promise.allSettled(Array.from({ length: 6 }, (_, index) => make(index)))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect(await failureOf(make(200))).toMatchObject({ reason: 'TOO_MANY_LOCATION_PURPOSES' })
  })
})

describe('consents', () => {
  const record = (persons: readonly string[], more: object = {}) =>
    asAdministrator(recordConsents, {
      parent: lab,
      persons: [...persons],
      purpose: contacts,
      startTime: undefined,
      endTime: undefined,
      note: 'Form 7',
      ...more,
    })

  test('are written down for many at once, and once', async () => {
    const persons = await Promise.all(['Ann', 'Ben'].map((name) => fixture.createPerson(name)))
    const names = persons.map(({ name }) => name)
    expect(await record(names)).toEqual({ recorded: 2 })
    expect(await record(names)).toEqual({ recorded: 0 })
    const endTime = new Date('2031-01-01T00:00:00Z')
    expect(await record(names.slice(0, 1), { endTime })).toEqual({ recorded: 1 })
    const { consents } = await asAdministrator(listConsents, { parent: names[0]! })
    expect(consents).toMatchObject([
      { endTime, startTime: undefined, purpose: contacts, note: 'Form 7' },
      { endTime: undefined, purposeDisplayName: 'The contacts', withdrawTime: undefined },
    ])
    expect(consents[0]?.recorderDisplayName).not.toBe('')
    expect(await asAdministrator(getPerson, { name: names[1]! })).toMatchObject({
      consentedPurposes: [contacts],
    })
  })

  test('are written down for all or for nobody', async () => {
    const { name } = await fixture.createPerson('Whole')
    const absent = `${lab}/persons/${v7()}`
    expect(await failureOf(record([name, absent]))).toMatchObject({
      code: 'NOT_FOUND',
      fields: ['persons[1]'],
    })
    expect(await asAdministrator(listConsents, { parent: name })).toEqual({ consents: [] })
    expect(await failureOf(record([name], { purpose: `${lab}/locationPurposes/none` }))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'LOCATION_PURPOSE_NOT_FOUND',
    })
    const time = new Date()
    expect(await failureOf(record([name], { startTime: time, endTime: time }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['end_time'],
    })
  })

  test('end when they are withdrawn, once and for good', async () => {
    const person = await fixture.createPerson('Leaving')
    await record([person.name])
    const [consent] = (await asAdministrator(listConsents, { parent: person.name })).consents
    const withdrawn = await asAdministrator(withdrawConsent, { name: consent!.name })
    expect(withdrawn.withdrawTime).toBeInstanceOf(Date)
    expect(await asAdministrator(withdrawConsent, { name: consent!.name })).toEqual(withdrawn)
    expect(await asAdministrator(getPerson, { name: person.name })).toMatchObject({ consentedPurposes: [] })
    // Given again, it is another one.
    expect(await record([person.name])).toEqual({ recorded: 1 })

    const someone = await fixture.createPerson('Someone')
    const misnamed = `${someone.name}/consents/${uuidOf(consent!)}`
    expect(await failureOf(asAdministrator(withdrawConsent, { name: misnamed }))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'CONSENT_NOT_FOUND',
    })
  })

  test('are 200 a person at most', async () => {
    const person = await fixture.createPerson('Often')
    await fixture.backend.database.dataSource.query(
      `insert into consents (id, person_id, purpose_id)
       select gen_random_uuid(), $1, id from location_purposes, generate_series(1, 199)
       where slug = 'contacts' and organization_id = $2`,
      [uuidOf(person), fixture.labId],
    )
    await record([person.name], { endTime: new Date(Date.UTC(2031, 0, 1)) })
    expect(await failureOf(record([person.name]))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'TOO_MANY_CONSENTS',
    })
    const { consents } = await asAdministrator(listConsents, { parent: person.name })
    expect(consents).toHaveLength(200)
  })
})

describe('a policy', () => {
  const name = `${lab}/locationPolicy`

  test('has defaults, and takes the fields that a mask names', async () => {
    const defaults = await asAdministrator(getLocationPolicy, { name })
    expect(defaults).toMatchObject({ name, retentionDays: 365, minimumGroupSize: 5, thinAfterDays: 0 })
    const changed = await asAdministrator(updateLocationPolicy, {
      ...UpdateLocationPolicyRequest.fromPartial({ name, retentionDays: 30, thinAfterDays: 9 }),
      updateMask: ['retention_days'],
    })
    expect(changed).toMatchObject({ retentionDays: 30, minimumGroupSize: 5, thinAfterDays: 0 })
    expect(await asAdministrator(getLocationPolicy, { name })).toEqual(changed)
  })

  test('shows no group of fewer than three', async () => {
    const change = asAdministrator(updateLocationPolicy, {
      ...UpdateLocationPolicyRequest.fromPartial({ name, minimumGroupSize: 2 }),
      updateMask: ['minimum_group_size'],
    })
    expect(await failureOf(change)).toMatchObject({ fields: ['minimum_group_size'] })
  })
})
