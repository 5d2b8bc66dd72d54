import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { insertTestJob } from '../../../testing/test-job.ts'
import { readSeed, seedIdentity } from '../../identity/index.ts'
import type { Audience } from '../catalogue/event-kind.ts'
import { recipientsOf } from './recipients.ts'

let database: TestDatabase
const ids = new Map<string, string>()
const nameOf = new Map<string, string>()
let jobId: string
let deletedJobId: string

beforeAll(async () => {
  database = await createTestDatabase()
  const { dataSource } = database
  const members = (roles: Record<string, string>) =>
    Object.entries(roles).map(([name, role]) => ({ email: `${name}@example.org`, role }))
  await seedIdentity(
    dataSource,
    readSeed({
      organizations: [
        {
          slug: 'centre',
          displayName: 'Centre',
          kind: 'OPERATOR',
          members: members({ oscar: 'ANALYST', diana: 'DIRECTOR', olivia: 'ADMINISTRATOR' }),
        },
        {
          slug: 'lab',
          displayName: 'Lab',
          kind: 'MEMBER',
          members: members({ alice: 'SUBMITTER', carol: 'TREASURER', bob: 'ADMINISTRATOR' }),
        },
        { slug: 'other', displayName: 'Other', kind: 'MEMBER', members: members({ zoe: 'ADMINISTRATOR' }) },
      ],
    }),
  )
  for (const { id, name } of await dataSource.query(
    `select id, split_part(email, '@', 1) as name from users union all select id, slug from organizations`,
  )) {
    ids.set(name, id)
    nameOf.set(id, name)
  }
  const job = async () => (await insertTestJob(dataSource, 'lab', 'alice@example.org')).split('/').at(-1)!
  jobId = await job()
  deletedJobId = await job()
  await dataSource.query('update jobs set delete_time = now() where id = $1', [deletedJobId])
  await dataSource.query(
    `insert into job_shares (job_id, user_id, shared_by, beyond_organization)
     values ($1, $2, $3, false), ($1, $4, $3, true), ($5, $2, $3, true)`,
    [jobId, ids.get('oscar'), ids.get('alice'), ids.get('zoe'), deletedJobId],
  )
})
afterAll(() => database.drop())

type Asked = [string, (named: (name: string) => string) => Audience, string[]]

const cases: Asked[] = [
  ['a user', (id) => ({ kind: 'user', userId: id('zoe') }), ['zoe']],
  ['nobody, for a user who is gone', () => ({ kind: 'user', userId: v7() }), []],
  ['a member', (id) => ({ kind: 'member', userId: id('bob'), organizationId: id('lab') }), ['bob']],
  [
    'nobody, for a member of elsewhere',
    (id) => ({ kind: 'member', userId: id('bob'), organizationId: id('other') }),
    [],
  ],
  [
    "a job's owner",
    (id) => ({ kind: 'job-owner', userId: id('alice'), organizationId: id('lab'), jobId }),
    ['alice'],
  ],
  [
    'nobody, for an owner who has left',
    (id) => ({ kind: 'job-owner', userId: id('zoe'), organizationId: id('lab'), jobId }),
    [],
  ],
  [
    'nobody, for a job that is deleted',
    (id) => ({ kind: 'job-owner', userId: id('alice'), organizationId: id('lab'), jobId: deletedJobId }),
    [],
  ],
  [
    'a reader from elsewhere, of a share that is good there',
    (id) => ({ kind: 'job-reader', userId: id('zoe'), organizationId: id('lab'), jobId }),
    ['zoe'],
  ],
  [
    'nobody, for a reader from elsewhere of a share among members',
    (id) => ({ kind: 'job-reader', userId: id('oscar'), organizationId: id('lab'), jobId }),
    [],
  ],
  [
    'nobody, for a reader of a job that is deleted',
    (id) => ({ kind: 'job-reader', userId: id('oscar'), organizationId: id('lab'), jobId: deletedJobId }),
    [],
  ],
  [
    'who has one of the roles, in the order in which they joined',
    (id) => ({
      kind: 'roles',
      organizationId: id('lab'),
      roles: ['ADMINISTRATOR', 'TREASURER'],
      except: undefined,
    }),
    ['carol', 'bob'],
  ],
  [
    'who has one of the roles, but for one',
    (id) => ({
      kind: 'roles',
      organizationId: id('lab'),
      roles: ['ADMINISTRATOR', 'TREASURER'],
      except: id('bob'),
    }),
    ['carol'],
  ],
  ['operators', () => ({ kind: 'operators', roles: ['ANALYST', 'DIRECTOR'] }), ['oscar', 'diana']],
]

test('each audience is who may be told now, all of them asked at once', async () => {
  const named = (name: string) => ids.get(name)!
  const found = await recipientsOf(
    database.dataSource,
    cases.map(([, audience]) => audience(named)),
  )
  const told = Object.fromEntries(
    cases.map(([what], index) => [what, found[index]!.map((id) => nameOf.get(id))]),
  )
  expect(told).toEqual(Object.fromEntries(cases.map(([what, , names]) => [what, names])))
})
