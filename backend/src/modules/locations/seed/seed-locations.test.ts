import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../../../log.ts'
import { Random } from '../../../random.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { createIdentityReader, readSeed, seedIdentity } from '../../identity/index.ts'
import { rows } from '../sql.ts'
import { type CitizenFix, citizenFixes } from './citizen-fixes.ts'
import { distanceM } from './city-map.ts'
import { harbourCity } from './harbour-city.ts'
import { type LocationsSeed, readLocationsSeed, seedLocations } from './index.ts'

/** What `npm start` sows. */
const file = join(import.meta.dirname, '../../../../../dev/seed/organizations.json')
const json = JSON.parse(readFileSync(file, 'utf8'))
const log = createLog({ name: 'test', level: 'silent' })
const now = new Date('2026-05-02T09:00:00Z')

let database: TestDatabase
let seed: LocationsSeed
beforeAll(async () => {
  database = await createTestDatabase()
  await seedIdentity(database.dataSource, readSeed(json))
  const read = readLocationsSeed(json.locations)
  if (read === undefined) throw new Error('the seed has no locations')
  seed = read
})
afterAll(() => database.drop())

const sow = (at = now) =>
  seedLocations(
    { dataSource: database.dataSource, identity: createIdentityReader(database.dataSource), now: at, log },
    seed,
  )

describe('the demo city', () => {
  const fixesOf = (fixes: Iterable<CitizenFix>) => [...fixes]
  const citizens = harbourCity(2026, 200)

  test('is the same for the same seed, and another one for another', () => {
    expect(harbourCity(2026, 200)).toEqual(citizens)
    expect(harbourCity(2027, 200)).not.toEqual(citizens)
    expect(new Set(citizens.map(({ displayName }) => displayName)).size).toBe(200)
  })

  test('is in one place at a time, and nobody is faster than a tram', () => {
    const impossible = citizens.flatMap(({ knots }) =>
      knots.filter((to, index) => {
        const from = knots[index - 1]
        if (from === undefined) return to.atS !== 0
        return to.atS < from.atS || distanceM(from, to) > (to.atS - from.atS) * 8 + 1e-6
      }),
    )
    expect(impossible).toEqual([])
    expect(citizens.every(({ knots }) => knots.at(-1)!.atS >= 86_400)).toBe(true)
  })

  test('lets the first two meet at ten, and the first and the third at noon', () => {
    const at = (person: number, hour: number) => {
      const { knots } = citizens[person]!
      const next = knots.findIndex(({ atS }) => atS > hour * 3600)
      return knots[next - 1]!
    }
    expect(distanceM(at(0, 10.5), at(1, 10.5))).toBeLessThan(60)
    expect(distanceM(at(0, 12.5), at(2, 12.5))).toBeLessThan(60)
  })

  test('tells each day of a person in the order of time, without repeating an instant', () => {
    const random = new Random(1)
    for (const citizen of citizens.slice(0, 20)) {
      const times = fixesOf(citizenFixes(random, citizen)).map(({ atS }) => atS)
      expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b))
    }
  })
})

describe('the seed of locations', () => {
  test('tells of yesterday, once', { timeout: 60_000 }, async () => {
    const { added } = await sow()
    expect(added[0]).toBe('200 persons')
    const [stored] = await rows<{ count: number; first: Date; last: Date; devices: number }>(
      database.dataSource,
      `select count(*)::int as count, count(distinct device_no)::int as devices, min(recorded_at) as first,
         max(recorded_at) as last from fixes`,
      [],
    )
    expect(added[1]).toBe(`${stored!.count} fixes`)
    expect(stored!.count).toBeGreaterThan(150_000)
    expect(stored!.count).toBeLessThan(250_000)
    expect(stored!.devices).toBe(200)
    expect(stored!.first.getTime()).toBeGreaterThanOrEqual(Date.UTC(2026, 4, 1))
    expect(stored!.last.getTime()).toBeLessThan(Date.UTC(2026, 4, 2))
    expect((await sow()).added).toEqual([])
    expect((await sow(new Date('2026-06-01T00:00:00Z'))).added).toEqual([])
  })

  test('links members to persons, and has people who consent to one purpose, both or none', async () => {
    const members = await rows(
      database.dataSource,
      `select external_id, email, persons.display_name from persons join users on users.id = user_id order by 1`,
      [],
    )
    expect(members).toEqual([
      { external_id: 'hc-001', email: 'alice@example.org', display_name: 'Alice Nakamura' },
      { external_id: 'hc-002', email: 'bob@example.org', display_name: 'Bob Haugen' },
      { external_id: 'hc-003', email: 'carol@example.org', display_name: 'Carol Mensah' },
    ])
    const counts = await rows<{ purposes: string; count: number }>(
      database.dataSource,
      `select purposes, count(*)::int as count from (
         select coalesce(string_agg(slug, ' ' order by slug), '') as purposes
         from persons left join consents on consents.person_id = persons.id
         left join location_purposes on location_purposes.id = purpose_id group by persons.id) each_person
       group by purposes order by purposes`,
      [],
    )
    expect(counts.map(({ purposes }) => purposes)).toEqual([
      '',
      'contact-tracing',
      'contact-tracing mobility-study',
      'mobility-study',
    ])
    for (const { count } of counts) expect(count).toBeGreaterThan(2)
  })
})
