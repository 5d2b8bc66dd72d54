// Through every method that looks at locations: who may not be seen is not there.

import {
  type ConnectionGraph,
  GetDensityRequest,
  LocationServiceService,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import {
  type Person,
  PersonServiceService,
  UpdateLocationPolicyRequest,
} from '@fairlead/proto/server/fairlead/locations/v1/people'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import { failureOf } from '../../../testing/service-error.ts'
import { ConnectionSearch, cellNeighbours } from '../connections/index.ts'
import { streamConnections } from '../queries/stream-connections.ts'
import {
  contacts,
  lab,
  opened,
  other,
  type PeopleFixture,
  peopleFixture,
  uuidOf,
} from './testing/people-fixture.ts'

const { findConnections, findNearby, getConnectionGraph, getDensity, getPath, listSubjects } =
  LocationServiceService
const { createDevice, createLocationPurpose, createPerson, erasePerson, listConsents, recordConsents } =
  PersonServiceService
const DAY_MS = 86_400_000

const hiddenNames = [
  'who never was',
  'of another organisation',
  'without any consent',
  'with a consent to another purpose',
  'whose consent was withdrawn',
  'whose consent is of another time',
  'who was erased',
] as const

let fixture: PeopleFixture
let ada: Person
let bert: Person
/** Their names; each was where ada and bert were, at the same times. */
const hidden = new Map<string, string>()
const look = { purpose: contacts, reason: 'To see whom one sees' }
const startTime = new Date(Date.now() - 5 * DAY_MS)
const endTime = new Date()
/** On three days. */
const times = Array.from({ length: 30 }, (_, n) => new Date(Date.now() - (1 + (n % 3)) * DAY_MS - n * 60_000))

beforeAll(async () => {
  fixture = await peopleFixture()
  const { backend, tokens } = fixture
  const person = async (name: string) => {
    const made = await fixture.createPerson(name)
    await fixture.recordFixes(await fixture.createDevice(made, 'Phone'), times)
    return made
  }
  ada = await person('Ada')
  bert = await person('Bert')
  const [never, study, withdrawn, early, erased] = await Promise.all(hiddenNames.slice(2).map(person))
  await fixture.consent([ada, bert, withdrawn!, erased!])
  await fixture.consent([study!], `${lab}/locationPurposes/study`)
  await backend.call(
    recordConsents,
    {
      parent: lab,
      persons: [early!.name],
      purpose: contacts,
      startTime: undefined,
      endTime: startTime,
      note: '',
    },
    tokens.administrator,
  )
  await withdrawAll(withdrawn!)
  await backend.call(erasePerson, { name: erased!.name }, tokens.administrator)
  const foreign = await personOfOther()
  hidden.set('who never was', `${lab}/persons/${v7()}`)
  hidden.set('of another organisation', `${lab}/persons/${uuidOf(foreign)}`)
  for (const each of [never, study, withdrawn, early, erased]) hidden.set(each!.displayName, each!.name)
})
afterAll(() => fixture.stop())

/** With a consent to a purpose of the same name there. */
async function personOfOther(): Promise<Person> {
  const { backend, tokens } = fixture
  const token = tokens.rival
  await backend.call(
    createLocationPurpose,
    { parent: other, locationPurposeId: 'contacts', displayName: 'Contacts', description: '' },
    token,
  )
  const person = await backend.call(
    createPerson,
    { parent: other, displayName: 'Foreign', externalId: '', userEmail: '' },
    token,
  )
  const device = await backend.call(
    createDevice,
    { parent: other, person: person.name, displayName: 'Phone', externalId: '' },
    token,
  )
  await fixture.recordFixes(device, times, token)
  const purpose = `${other}/locationPurposes/contacts`
  await backend.call(
    recordConsents,
    { parent: other, persons: [person.name], purpose, startTime: undefined, endTime: undefined, note: '' },
    token,
  )
  return person
}

async function withdrawAll({ name }: Person): Promise<void> {
  const { backend, tokens } = fixture
  const { consents } = await backend.call(listConsents, { parent: name }, tokens.administrator)
  for (const consent of consents) {
    await backend.call(PersonServiceService.withdrawConsent, { name: consent.name }, tokens.administrator)
  }
}

const rule = undefined
const call = <Request, Response>(
  method: Parameters<typeof fixture.backend.call<Request, Response>>[0],
  request: Request,
) => fixture.backend.call(method, request, fixture.tokens.submitter)
const pathOf = (name: string) => call(getPath, { name, look, startTime, endTime, pageSize: 0, pageToken: '' })
const connectionsOf = (name: string) =>
  call(findConnections, { name, look, startTime, endTime, rule, pageSize: 0, pageToken: '' })
const graphOf = (persons: string[]): Promise<ConnectionGraph> =>
  call(getConnectionGraph, {
    parent: lab,
    look,
    persons,
    startTime,
    endTime,
    rule,
    degrees: 4,
    maxPersons: 0,
  })
async function streamOf(name: string): Promise<void> {
  const request = { name, look, startTime, endTime, rule }
  const { streamConnections: method } = LocationServiceService
  for await (const _ of opened(fixture.backend, method, request, fixture.tokens.submitter));
}

async function lookCount(): Promise<number> {
  const [row]: [{ count: number }] = await fixture.backend.database.dataSource.query(
    'select count(*)::int as count from location_looks',
  )
  return row.count
}

describe('a person', () => {
  test.each(hiddenNames.filter((why) => why !== 'whose consent is of another time'))(
    '%s is not there, by the very same answer of every method',
    async (why) => {
      const name = hidden.get(why)!
      const before = await lookCount()
      const answers = await Promise.all([
        failureOf(pathOf(`${lab}/persons/${v7()}`)),
        failureOf(pathOf(name)),
        failureOf(connectionsOf(name)),
        failureOf(streamOf(name)),
        failureOf(graphOf([name])),
        failureOf(graphOf([ada.name, name])),
      ])
      const [absent] = answers
      expect(absent).toMatchObject({ code: 'NOT_FOUND', reason: 'PERSON_NOT_FOUND' })
      for (const { metadata, ...answer } of answers) {
        expect(Object.keys(metadata)).toEqual(['requestId'])
        expect({ ...answer, metadata: absent!.metadata }).toEqual(absent)
      }
      // Nobody was looked at.
      expect(await lookCount()).toBe(before)
    },
  )

  test('with a consent of another time has no fix that may be seen', async () => {
    const name = hidden.get('whose consent is of another time')!
    expect(await pathOf(name)).toEqual({ points: [], nextPageToken: '' })
    expect(await connectionsOf(name)).toEqual({ episodes: [], nextPageToken: '' })
    expect((await graphOf([name])).connections).toEqual([])
  })
})

test('nobody but those who consented is met, near, in a graph, counted or listed', async () => {
  const connections = await connectionsOf(ada.name)
  expect(connections.episodes.length).toBeGreaterThan(0)
  expect(new Set(connections.episodes.map(({ person }) => person))).toEqual(new Set([bert.name]))

  const graph = await graphOf([ada.name])
  expect(graph.persons.map(({ person }) => person)).toEqual([ada.name, bert.name])

  const near = await call(findNearby, {
    parent: lab,
    look,
    position: { latitude: 47, longitude: 8 },
    time: times[0],
    distanceM: 10_000,
    withinS: 3_600,
  })
  expect(near.persons.map(({ person }) => person).sort()).toEqual([ada.name, bert.name].sort())

  const subjects = await call(listSubjects, {
    parent: lab,
    purpose: contacts,
    pageSize: 0,
    pageToken: '',
    search: '',
  })
  // Whose consent is of another time consented, and is told without a fix.
  expect(
    subjects.subjects.map(({ displayName, lastFixTime }) => [displayName, lastFixTime !== undefined]),
  ).toEqual([
    ['Ada', true],
    ['Bert', true],
    ['whose consent is of another time', false],
  ])

  await fixture.backend.call(
    PersonServiceService.updateLocationPolicy,
    {
      ...UpdateLocationPolicyRequest.fromPartial({ name: `${lab}/locationPolicy`, minimumGroupSize: 3 }),
      updateMask: ['minimum_group_size'],
    },
    fixture.tokens.administrator,
  )
  // Six were there; two of them count.
  const asked = GetDensityRequest.fromPartial({ parent: lab, look, startTime, endTime, resolution: 3 })
  expect(await call(getDensity, asked)).toMatchObject({ cells: [], minimumGroupSize: 3 })
})

describe('a stream', () => {
  const controller = new AbortController()
  const context = async () =>
    ({
      organization: { id: fixture.labId, slug: 'lab' },
      caller: {
        userId: await fixture.idOf('submitter@example.org'),
        displayName: 'Submitter',
        email: 'submitter@example.org',
      },
      signal: controller.signal,
    }) as OrganizationCallContext

  /** The episodes' persons, one after the other; the steps are of some days. */
  async function open(name: string) {
    const { dataSource } = fixture.backend.database
    const search = new ConnectionSearch(dataSource, cellNeighbours)
    const messages = streamConnections(
      dataSource,
      search,
      10_000,
    )({ name, look, startTime, endTime, rule }, await context())
    return {
      async next(): Promise<string | undefined> {
        for (;;) {
          const { done, value } = await messages.next()
          if (done === true) return undefined
          if (value.message?.$case === 'episode') return value.message.value.person
        }
      },
    }
  }

  test('shows nobody from when their consent is withdrawn on', async () => {
    const stream = await open(ada.name)
    expect(await stream.next()).toBe(bert.name)
    await withdrawAll(bert)
    // The episodes of the next days.
    expect(await stream.next()).toBeUndefined()
    await fixture.consent([bert])
  })

  test('ends when the person asked about withdraws their consent, as if they were not there', async () => {
    const stream = await open(ada.name)
    expect(await stream.next()).toBe(bert.name)
    await withdrawAll(ada)
    const rest = async () => {
      while ((await stream.next()) !== undefined);
    }
    await expect(rest()).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'PERSON_NOT_FOUND' })
  })
})
