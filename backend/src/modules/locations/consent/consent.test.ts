import { type Person, PersonServiceService } from '@fairlead/proto/server/fairlead/locations/v1/people'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DomainError } from '../../../errors/domain-error.ts'
import { addShown, recordLook } from '../looks/index.ts'
import { other, type PeopleFixture, peopleFixture, uuidOf } from '../people/testing/people-fixture.ts'
import { coverage, coveredBy, purposeNamed, subjectOf, subjectsOf } from './index.ts'

const { createPerson, erasePerson, listConsents, recordConsents, withdrawConsent } = PersonServiceService

let fixture: PeopleFixture
let contactsId: string
let consented: Person
/** By why they may not be looked at. */
let hidden: Readonly<Record<string, string>>
beforeAll(async () => {
  fixture = await peopleFixture()
  const { backend, tokens, labId } = fixture
  const organization = { id: labId, slug: 'lab' }
  contactsId = (await purposeNamed(backend.database.dataSource, organization, purpose('contacts'))).id
  consented = await fixture.createPerson('Consented')
  const [never, study, withdrawn, erased] = await Promise.all(
    ['Never', 'Of another purpose', 'Withdrawn', 'Erased'].map((name) => fixture.createPerson(name)),
  )
  await fixture.consent([consented, withdrawn!, erased!])
  await fixture.consent([study!], purpose('study'))
  const { consents } = await backend.call(listConsents, { parent: withdrawn!.name }, tokens.administrator)
  await backend.call(withdrawConsent, { name: consents[0]!.name }, tokens.administrator)
  await backend.call(erasePerson, { name: erased!.name }, tokens.administrator)
  const foreign = await backend.call(
    createPerson,
    { parent: other, displayName: 'Foreign', externalId: '', userEmail: '' },
    tokens.rival,
  )
  // Even if somebody had written a consent of theirs to this organisation's purpose.
  await backend.database.dataSource.query(
    'insert into consents (id, person_id, purpose_id) values ($1, $2, $3)',
    [v7(), uuidOf(foreign), contactsId],
  )
  hidden = {
    'who never was': v7(),
    'of another organisation': uuidOf(foreign),
    'without any consent': uuidOf(never!),
    'with a consent to another purpose': uuidOf(study!),
    'whose consent was withdrawn': uuidOf(withdrawn!),
    'who was erased': uuidOf(erased!),
  }
})
afterAll(() => fixture.stop())

const purpose = (slug: string) => `organizations/lab/locationPurposes/${slug}`
const database = () => fixture.backend.database.dataSource

async function lookOf(asked: readonly string[], id?: string) {
  return recordLook(database(), {
    ...(id === undefined ? {} : { id }),
    organizationId: fixture.labId,
    actorId: await fixture.idOf('submitter@example.org'),
    method: 'FindConnections',
    purposeId: contactsId,
    reason: 'Because',
    asked,
  })
}

/** All that a caller is told of an error. */
async function told(work: Promise<unknown>) {
  const { name, code, reason, message, violations, metadata } = await work.then(
    () => {
      throw new Error('it was answered')
    },
    (error: DomainError) => error,
  )
  return { name, code, reason, message, violations, metadata }
}

describe('a person', () => {
  test.each([
    'who never was',
    'of another organisation',
    'without any consent',
    'with a consent to another purpose',
    'whose consent was withdrawn',
    'who was erased',
  ])('%s is absent: never shown, and the very same answer', async (why) => {
    const id = hidden[why]!
    const absent = await told(subjectOf(database(), fixture.labId, contactsId, v7()))
    expect(absent).toMatchObject({ name: 'DomainError', code: 'NOT_FOUND', reason: 'PERSON_NOT_FOUND' })
    expect(await told(subjectOf(database(), fixture.labId, contactsId, id))).toEqual(absent)
    expect(await told(subjectsOf(database(), fixture.labId, contactsId, [uuidOf(consented), id]))).toEqual(
      absent,
    )
    expect(await told(lookOf([uuidOf(consented), id]))).toEqual(absent)
    const look = await lookOf([uuidOf(consented)])
    expect(await addShown(database(), look, [id])).toEqual(new Set())
    const covered: { person_id: string }[] = await database().query(coverage('$1', '$2'), [
      fixture.labId,
      contactsId,
    ])
    expect(covered.map(({ person_id }) => person_id)).toEqual([uuidOf(consented)])
    const [written]: { count: number }[] = await database().query(
      'select count(*)::int as count from location_look_persons where person_id = $1',
      [id],
    )
    expect(written?.count).toBe(0)
  })

  test('who consented is told, with the number in fixes', async () => {
    const subject = await subjectOf(database(), fixture.labId, contactsId, uuidOf(consented))
    expect(subject).toEqual({ id: uuidOf(consented), displayName: 'Consented', personNo: expect.any(Number) })
  })

  test('is covered from the beginning of a consent on, and before its end', async () => {
    const person = await fixture.createPerson('Bounded')
    const consent = (startTime: string | undefined, endTime: string | undefined) =>
      fixture.backend.call(
        recordConsents,
        {
          parent: 'organizations/lab',
          persons: [person.name],
          purpose: purpose('contacts'),
          startTime: startTime === undefined ? undefined : new Date(startTime),
          endTime: endTime === undefined ? undefined : new Date(endTime),
          note: '',
        },
        fixture.tokens.administrator,
      )
    await consent('2026-01-10T00:00:00Z', '2026-01-20T00:00:00Z')
    // Overlapping ones do not double anything.
    await consent('2026-01-15T00:00:00Z', '2026-01-25T00:00:00.001Z')
    await consent('2026-02-01T00:00:00Z', undefined)
    const { personNo } = await subjectOf(database(), fixture.labId, contactsId, uuidOf(person))
    const times = {
      '2026-01-09T23:59:59.999Z': false,
      '2026-01-10T00:00:00Z': true,
      '2026-01-20T00:00:00Z': true,
      '2026-01-25T00:00:00Z': true,
      '2026-01-25T00:00:00.001Z': false,
      '2026-02-01T00:00:00Z': true,
      '2099-01-01T00:00:00Z': true,
    }
    const found: { by_coverage: boolean; by_condition: boolean }[] = await database().query(
      `with covered as (${coverage('$1', '$2')})
       select covered.covered @> fix.recorded_at as by_coverage,
         ${coveredBy({ personNo: 'fix.person_no', recordedAt: 'fix.recorded_at', organizationId: '$1', purposeId: '$2' })}
           as by_condition
       from unnest($3::timestamptz[]) with ordinality as given (recorded_at, n),
         lateral (select given.recorded_at, $4::int4 as person_no) as fix
       join covered on covered.person_no = fix.person_no
       order by n`,
      [fixture.labId, contactsId, Object.keys(times), personNo],
    )
    const expected = Object.values(times)
    expect(found.map(({ by_coverage }) => by_coverage)).toEqual(expected)
    expect(found.map(({ by_condition }) => by_condition)).toEqual(expected)
  })

  test('who withdraws while a stream runs is not shown by it any more, and ends one that is about them', async () => {
    const person = await fixture.createPerson('Withdraws')
    await fixture.consent([person])
    const look = await lookOf([uuidOf(consented)])
    expect(await addShown(database(), look, [uuidOf(person)])).toEqual(new Set([uuidOf(person)]))
    const { consents } = await fixture.backend.call(
      listConsents,
      { parent: person.name },
      fixture.tokens.administrator,
    )
    await fixture.backend.call(withdrawConsent, { name: consents[0]!.name }, fixture.tokens.administrator)
    expect(await addShown(database(), look, [uuidOf(person), uuidOf(consented)])).toEqual(
      new Set([uuidOf(consented)]),
    )
    expect(await told(subjectOf(database(), fixture.labId, contactsId, uuidOf(person)))).toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})

describe('a look', () => {
  test('that has an id of its own is written down once', async () => {
    const id = v7()
    const made = await Promise.all([lookOf([uuidOf(consented)], id), lookOf([uuidOf(consented)], id)])
    expect(made).toEqual([id, id])
    const [row]: { looks: number; persons: number }[] = await database().query(
      `select (select count(*)::int from location_looks where id = $1) as looks,
         (select count(*)::int from location_look_persons where look_id = $1) as persons`,
      [id],
    )
    expect(row).toEqual({ looks: 1, persons: 1 })
  })

  test('keeps who was asked about as asked, when they are shown too', async () => {
    const id = await lookOf([uuidOf(consented)])
    await addShown(database(), id, [uuidOf(consented), uuidOf(consented)])
    const found = await database().query('select asked from location_look_persons where look_id = $1', [id])
    expect(found).toEqual([{ asked: true }])
  })
})
