import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallContext } from '../../../server/call-context.ts'
import { createRequest, type ModuleFixture, moduleFixture } from '../testing/module-fixture.ts'

describe('sharing a job', () => {
  let fixture: ModuleFixture
  /** Users by what they are to the organisation. */
  const users = new Map<string, string>()
  /** An administrator, who is no member by the tables: what matters is the permission. */
  let carol: CallContext

  const create = async () =>
    (await fixture.handlers.createJob(createRequest(['write a'], { keepPending: true }), fixture.alice)).name
  const share = (name: string, email: string, context = fixture.alice) =>
    fixture.handlers.shareJob({ name, email }, context)
  const unshare = (name: string, user: string, context = fixture.alice) =>
    fixture.handlers.unshareJob({ name, user: `users/${user}` }, context)
  const sharedWith = async (who: string, more: object = {}) =>
    fixture.handlers.listSharedJobs(
      { pageSize: 0, pageToken: '', ...more },
      fixture.context(users.get(who) ?? '', []),
    )
  const names = async (who: string) => (await sharedWith(who)).jobs.map(({ name }) => name)
  const id = (who: string) => users.get(who) ?? ''

  beforeAll(async () => {
    fixture = await moduleFixture()
    const { dataSource } = fixture.database
    const people: [name: string, issuer: string | null, verified: boolean, member: boolean][] = [
      ['member', 'iss', true, true],
      ['outsider', 'iss', true, false],
      ['invited', null, false, true],
      ['unproven', 'iss', false, true],
      ['carol', 'iss', true, true],
    ]
    for (const [name, issuer, verified, member] of people) {
      const user = v7()
      users.set(name, user)
      await dataSource.query(
        `insert into users (id, issuer, subject, email, email_verified, display_name)
         values ($1, $2, $3, $4, $5, $6)`,
        [user, issuer, issuer === null ? null : name, `${name}@example.org`, verified, name],
      )
      if (!member) continue
      await dataSource.query(
        `insert into memberships (id, organization_id, user_id, role) values ($1, $2, $3, 'MEMBER')`,
        [v7(), fixture.organizationId, user],
      )
    }
    await dataSource.query(`update users set email_verified = true where id = $1`, [fixture.ownerId])
    carol = fixture.context(id('carol'), ['jobs.read', 'jobs.submit', 'jobs.manage'])
  })
  afterAll(() => fixture.end())

  it('lists it among what is shared with the user, the latest first, and no more after the share', async () => {
    const [first, second] = [await create(), await create()]
    const shared = await share(first, 'member@example.org')
    expect(shared.shares).toMatchObject([{ user: `users/${id('member')}`, displayName: 'Alice' }])
    await share(second, ' MEMBER@example.org ')
    expect(await names('member')).toEqual([second, first])
    expect((await unshare(first, id('member'))).shares).toEqual([])
    expect(await names('member')).toEqual([second])
    await fixture.handlers.deleteJob({ name: second }, fixture.alice)
    expect(await names('member')).toEqual([])
  })

  it('twice changes nothing', async () => {
    const name = await create()
    const { shares } = await share(name, 'member@example.org')
    expect((await share(name, 'member@example.org')).shares).toEqual(shares)
    await unshare(name, id('member'))
  })

  it('is told of once, with who shared it', async () => {
    const name = await create()
    await share(name, 'member@example.org', carol)
    await share(name, 'member@example.org')
    const job = name.split('/').at(-1)
    const told = await fixture.database.dataSource.query(
      `select routing_key, payload from outbox where routing_key like 'jobs.shared.%' and payload ->> 'job' = $1`,
      [job],
    )
    expect(told).toEqual([
      {
        routing_key: `jobs.shared.${fixture.organizationId}`,
        payload: {
          job,
          organization: fixture.organizationId,
          owner: fixture.ownerId,
          service: 'probe',
          run_id: '',
          shared_with: id('member'),
          shared_by: id('carol'),
        },
      },
    ])
    await unshare(name, id('member'))
  })

  it('takes who is invited by the address, and nobody who only says to have it', async () => {
    const name = await create()
    expect((await share(name, 'invited@example.org')).shares).toHaveLength(1)
    await expect(share(name, 'unproven@example.org')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it.each([
    ['nobody has', 'nobody@example.org', 'alice'],
    ['no member has, for an owner', 'outsider@example.org', 'alice'],
    ['nobody has, for an administrator', 'nobody@example.org', 'carol'],
  ])('does not find an address that %s', async (_what, email, who) => {
    const name = await create()
    await expect(share(name, email, who === 'carol' ? carol : fixture.alice)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'USER_NOT_FOUND',
      violations: [{ field: 'email' }],
    })
  })

  it('tells an owner the same of an address that nobody has and of one that no member has', async () => {
    const name = await create()
    const messages = await Promise.all(
      ['nobody', 'outsider'].map((who) =>
        share(name, `${who}@example.org`).catch((error: Error) => error.message),
      ),
    )
    expect(messages[0]).toBe(messages[1])
  })

  it('lets an administrator share with anyone who is known', async () => {
    const name = await create()
    expect((await share(name, 'outsider@example.org', carol)).shares).toHaveLength(1)
    expect(await names('outsider')).toEqual([name])
  })

  it.each([
    ['the owner', 'a@example.org', 'alice'],
    ['the owner, by an administrator', 'a@example.org', 'carol'],
    ['the administrator who shares', 'carol@example.org', 'carol'],
  ])('with %s is refused', async (_what, email, who) => {
    const name = await create()
    await expect(share(name, email, who === 'carol' ? carol : fixture.alice)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'SHARE_WITH_SELF',
      violations: [{ field: 'email' }],
    })
  })

  it('is for owner and administrators, as is its end', async () => {
    const name = await create()
    const denied = { code: 'PERMISSION_DENIED', reason: 'NOT_JOB_OWNER' }
    await expect(share(name, 'member@example.org', fixture.bob)).rejects.toMatchObject(denied)
    await share(name, 'member@example.org')
    await expect(unshare(name, id('member'), fixture.bob)).rejects.toMatchObject(denied)
    await unshare(name, id('member'), carol)
  })

  it('tells with whom to owner and administrators alone', async () => {
    const name = await create()
    await share(name, 'member@example.org')
    const shares = async (context: CallContext) =>
      (await fixture.handlers.getJob({ name }, context)).shares.length
    expect(await shares(fixture.alice)).toBe(1)
    expect(await shares(carol)).toBe(1)
    expect(await shares(fixture.bob)).toBe(0)
  })

  it('does not end what is no share', async () => {
    const name = await create()
    for (const user of [id('member'), v7(), '-'.repeat(36)]) {
      await expect(unshare(name, user)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        reason: 'SHARE_NOT_FOUND',
        violations: [{ field: 'user' }],
      })
    }
  })

  it('does not find what is no job of the organisation', async () => {
    const name = `${fixture.parent}/jobs/${v7()}`
    await expect(share(name, 'member@example.org')).rejects.toMatchObject({ reason: 'JOB_NOT_FOUND' })
    await expect(unshare(name, id('member'))).rejects.toMatchObject({ reason: 'JOB_NOT_FOUND' })
  })

  it('has a limit', async () => {
    const name = await create()
    await fixture.database.dataSource.query(
      `with made as (
         insert into users (id, issuer, subject, display_name)
         select gen_random_uuid(), 'many', n::text, 'x' from generate_series(1, 100) as n returning id
       )
       insert into job_shares (job_id, user_id, shared_by) select $1, id, $2 from made`,
      [name.split('/').at(-1), fixture.ownerId],
    )
    await expect(share(name, 'member@example.org')).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'SHARES_LIMIT',
    })
  })

  it('pages through what is shared without a gap or a repeat', async () => {
    const made = []
    for (let count = 0; count < 5; count++) made.push(await create())
    for (const name of made) await share(name, 'invited@example.org')
    const whole = await names('invited')
    const seen: string[] = []
    let pageToken = ''
    do {
      const page = await sharedWith('invited', { pageSize: 2, pageToken })
      seen.push(...page.jobs.map(({ name }) => name))
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(seen).toEqual(whole)
    expect(seen.slice(0, 5)).toEqual(made.toReversed())
    const { nextPageToken } = await sharedWith('invited', { pageSize: 2 })
    await expect(sharedWith('member', { pageSize: 2, pageToken: nextPageToken })).rejects.toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    })
  })
})
