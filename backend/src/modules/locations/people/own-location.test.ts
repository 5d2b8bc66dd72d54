import { IdentityServiceService } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import {
  OwnLocationServiceService,
  PersonServiceService,
} from '@fairlead/proto/server/fairlead/locations/v1/people'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf } from '../../../testing/service-error.ts'
import { addShown, recordLook } from '../looks/index.ts'
import {
  contacts,
  exportOf,
  lab,
  other,
  type PeopleFixture,
  peopleFixture,
  uuidOf,
} from './testing/people-fixture.ts'

const { listOwnLooks, listOwnPersons, withdrawOwnConsent } = OwnLocationServiceService
const { getPerson, listConsents, listLocationLooks } = PersonServiceService

let fixture: PeopleFixture
beforeAll(async () => {
  fixture = await peopleFixture()
})
afterAll(() => fixture.stop())

async function look(asked: readonly string[], shown: readonly string[] = [], countedPersons?: number) {
  const { dataSource } = fixture.backend.database
  const [purpose]: [{ id: string }] = await dataSource.query(
    `select id from location_purposes where slug = 'contacts' and organization_id = $1`,
    [fixture.labId],
  )
  const id = await recordLook(dataSource, {
    organizationId: fixture.labId,
    actorId: await fixture.idOf('submitter@example.org'),
    method: 'FindConnections',
    purposeId: purpose.id,
    reason: 'An outbreak in house 3',
    window: { start: new Date('2026-03-01T00:00:00Z'), end: new Date('2026-03-02T00:00:00Z') },
    asked,
    ...(countedPersons === undefined ? {} : { countedPersons }),
  })
  await addShown(dataSource, id, shown)
  return id
}

describe('somebody whose locations are kept', () => {
  test('sees themselves in every organisation, and their consents', async () => {
    const { backend, tokens } = fixture
    const here = await fixture.createPerson('Ada of lab', { userEmail: 'ada@example.org' })
    const there = await backend.call(
      PersonServiceService.createPerson,
      { parent: other, displayName: 'Ada of other', externalId: '', userEmail: 'ada@example.org' },
      tokens.rival,
    )
    await fixture.consent([here])
    const { persons } = await backend.call(listOwnPersons, {}, tokens.ada)
    expect(persons).toMatchObject([
      {
        person: { name: here.name, consentedPurposes: [contacts] },
        organizationDisplayName: 'Lab',
        consents: [{ purpose: contacts, purposeDisplayName: 'The contacts' }],
      },
      { person: { name: there.name }, organizationDisplayName: 'Other', consents: [] },
    ])
    expect(await backend.call(listOwnPersons, {}, tokens.operator)).toEqual({ persons: [] })
  })

  test('sees who looked, when and why, page after page, and whom else they saw not', async () => {
    const { backend, tokens } = fixture
    const [asked, shown, third] = await Promise.all([
      fixture.createPerson('Asked'),
      fixture.createPerson('Shown', { userEmail: 'bert@example.org' }),
      fixture.createPerson('Third'),
    ])
    await fixture.consent([asked, shown, third])
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.push(await look([uuidOf(asked)], [uuidOf(shown), uuidOf(third)]))
    await look([uuidOf(asked)], [uuidOf(third)])
    await look([], [], 12)

    const own: string[] = []
    for (let pageToken = ''; ; ) {
      const page = await backend.call(listOwnLooks, { pageSize: 2, pageToken }, tokens.bert)
      for (const each of page.locationLooks) {
        own.push(uuidOf(each))
        expect(each).toMatchObject({
          method: 'FindConnections',
          reason: 'An outbreak in house 3',
          purposeDisplayName: 'The contacts',
          organizationDisplayName: 'Lab',
          persons: [{ displayName: 'Shown', asked: false }],
          personCount: 1,
          windowStartTime: new Date('2026-03-01T00:00:00Z'),
        })
        expect(each.actorDisplayName).not.toBe('')
      }
      pageToken = page.nextPageToken
      if (pageToken === '') break
      expect(
        await failureOf(backend.call(listOwnLooks, { pageSize: 2, pageToken }, tokens.submitter)),
      ).toMatchObject({ reason: 'PAGE_TOKEN_INVALID' })
    }
    expect(own).toEqual(ids.toReversed())

    const list = (person: string, pageToken = '') =>
      backend.call(listLocationLooks, { parent: lab, person, pageSize: 4, pageToken }, tokens.administrator)
    const first = await list('')
    expect(first.locationLooks.slice(0, 3)).toMatchObject([
      { persons: [], personCount: 12 },
      { persons: [{ displayName: 'Asked', asked: true }, { displayName: 'Third' }], personCount: 2 },
      { persons: [{ displayName: 'Asked' }, { displayName: 'Shown' }, { displayName: 'Third' }] },
    ])
    expect((await list('', first.nextPageToken)).locationLooks.map(uuidOf)).toEqual(
      ids.slice(0, 3).toReversed(),
    )
    expect((await list(shown.name)).locationLooks.map(uuidOf)).toEqual(ids.slice(1).toReversed())
    expect(await failureOf(list(shown.name, first.nextPageToken))).toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    })
    const theirs = { parent: other, person: '', pageSize: 0, pageToken: '' }
    expect(await backend.call(listLocationLooks, theirs, tokens.rival)).toMatchObject({ locationLooks: [] })
  })

  test('was invited, and is the same person once they sign in by another name', async () => {
    const { backend, tokens } = fixture
    const claims = { sub: 'dev-nina', email: 'nina@example.org', name: 'Nina' }
    const signIn = async (proven: boolean) => {
      const token = await backend.issuer.sign({ ...claims, email_verified: proven })
      return (await backend.call(listOwnPersons, {}, token)).persons.map(({ person }) => person?.displayName)
    }
    // Known, by an address that is not proven; then invited by it, and linked.
    expect(await signIn(false)).toEqual([])
    await backend.call(
      IdentityServiceService.createMember,
      { parent: lab, email: claims.email, role: 'ROLE_MEMBER' },
      tokens.administrator,
    )
    const person = await fixture.createPerson('Nina of lab', { userEmail: claims.email })
    expect(await signIn(false)).toEqual([])
    expect(await signIn(true)).toEqual(['Nina of lab'])
    expect(await backend.call(getPerson, { name: person.name }, tokens.administrator)).toMatchObject({
      userDisplayName: 'Nina',
    })
  })

  test('withdraws their own consent, and nobody else’s', async () => {
    const { backend, tokens } = fixture
    const person = await fixture.createPerson('Decides', { userEmail: 'submitter@example.org' })
    const stranger = await fixture.createPerson('Stranger')
    await fixture.consent([person, stranger])
    const consentOf = async (name: string) =>
      (await backend.call(listConsents, { parent: name }, tokens.administrator)).consents[0]!.name
    const own = await consentOf(person.name)
    const foreign = await consentOf(stranger.name)
    const withdraw = (consent: string) => backend.call(withdrawOwnConsent, { consent }, tokens.submitter)
    for (const consent of [foreign, own.replace(uuidOf(person), v7()), own.replace('/lab/', '/absent/')]) {
      expect(await failureOf(withdraw(consent))).toMatchObject({
        code: 'NOT_FOUND',
        reason: 'PERSON_NOT_FOUND',
      })
    }
    expect(await failureOf(withdraw(own.replace(/[^/]+$/, v7())))).toMatchObject({
      reason: 'CONSENT_NOT_FOUND',
    })
    expect((await withdraw(own)).withdrawTime).toBeInstanceOf(Date)
    expect(await backend.call(getPerson, { name: person.name }, tokens.administrator)).toMatchObject({
      consentedPurposes: [],
    })
    expect(await backend.call(getPerson, { name: stranger.name }, tokens.administrator)).toMatchObject({
      consentedPurposes: [contacts],
    })
  })

  test('exports themselves, and nobody else', async () => {
    const { tokens } = fixture
    const { persons } = await fixture.backend.call(listOwnPersons, {}, tokens.ada)
    const own = persons[0]!.person!.name
    const records = await exportOf(fixture, own, tokens.ada, true)
    expect(records).toMatchObject([
      { kind: 'person', displayName: 'Ada of lab' },
      { kind: 'consent' },
      { kind: 'end' },
    ])
    const kept = (all: typeof records) => all.filter(({ kind }) => kind !== 'look' && kind !== 'end')
    expect(kept(records)).toEqual(kept(await exportOf(fixture, own, tokens.administrator)))
    // Not even an administrator of the organisation by this way.
    for (const name of [own, `${lab}/persons/${v7()}`, own.replace('/lab/', '/absent/')]) {
      expect(await failureOf(exportOf(fixture, name, tokens.administrator, true))).toMatchObject({
        code: 'NOT_FOUND',
        reason: 'PERSON_NOT_FOUND',
      })
    }
  })

  test('does so with an API token that was made for it, and with no other', async () => {
    const { backend, tokens } = fixture
    const tokenFor = async (scope: string) => {
      const { secret } = await backend.call(
        IdentityServiceService.createApiToken,
        { displayName: scope, scopes: [scope], lifetimeDays: 1 },
        tokens.administrator,
      )
      return secret
    }
    const [self, read, manage] = await Promise.all(
      ['locations.self', 'locations.read', 'locations.manage'].map(tokenFor),
    )
    const { persons } = await backend.call(listOwnPersons, {}, tokens.ada)
    const { name } = persons[0]!.person!
    const scopeMissing = { code: 'PERMISSION_DENIED', reason: 'TOKEN_SCOPE_MISSING' }
    expect(await backend.call(listOwnPersons, {}, self)).toEqual({ persons: [] })
    for (const secret of [read, manage]) {
      expect(await failureOf(backend.call(listOwnPersons, {}, secret))).toMatchObject(scopeMissing)
      expect(await failureOf(exportOf(fixture, name, secret!, true))).toMatchObject(scopeMissing)
    }
    for (const secret of [self, read]) {
      expect(await failureOf(backend.call(getPerson, { name }, secret))).toMatchObject(scopeMissing)
      expect(await failureOf(exportOf(fixture, name, secret!))).toMatchObject(scopeMissing)
    }
    expect(await backend.call(getPerson, { name }, manage)).toMatchObject({ name })
  })

  test('sees that an administrator exported them, for no purpose and without a consent', async () => {
    const { backend, tokens } = fixture
    await backend.database.dataSource.query('update persons set user_id = null where user_id = $1', [
      await fixture.idOf('bert@example.org'),
    ])
    const person = await fixture.createPerson('Exported', { userEmail: 'bert@example.org' })
    await exportOf(fixture, person.name, tokens.administrator)
    const { locationLooks } = await backend.call(listOwnLooks, { pageSize: 1, pageToken: '' }, tokens.bert)
    expect(locationLooks).toMatchObject([
      {
        method: 'ExportPerson',
        purposeDisplayName: '',
        reason: '',
        persons: [{ displayName: 'Exported', asked: true }],
      },
    ])
    expect(locationLooks[0]?.actorDisplayName).not.toBe('')
    const listed = await backend.call(
      listLocationLooks,
      { parent: lab, person: person.name, pageSize: 0, pageToken: '' },
      tokens.administrator,
    )
    expect(listed.locationLooks).toMatchObject([{ method: 'ExportPerson', personCount: 1 }])
    // What somebody takes of themselves is no look.
    await exportOf(fixture, person.name, tokens.bert, true)
    const after = await backend.call(listOwnLooks, { pageSize: 1, pageToken: '' }, tokens.bert)
    expect(after.locationLooks[0]?.name).toBe(locationLooks[0]?.name)
  })
})
