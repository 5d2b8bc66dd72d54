import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createHttpServer, type HttpServer } from '../../../server/http-server.ts'
import { mailPreferences } from '../preferences/mail-preferences.ts'
import { deriveKey, MailFixture, silent } from './testing/mail-fixture.ts'
import { unsubscribeRoute } from './unsubscribe-route.ts'
import { unsubscribeTokens } from './unsubscribe-token.ts'
import { createUnsubscriptions, type Unsubscriptions } from './unsubscriptions.ts'

const eventTypes = ['jobs.completed', 'jobs.failed']

let fixture: MailFixture
let unsubscriptions: Unsubscriptions
let http: HttpServer
let base: string
beforeAll(async () => {
  fixture = await MailFixture.begin()
  unsubscriptions = createUnsubscriptions({
    dataSource: fixture.database.dataSource,
    deriveKey,
    preferences: mailPreferences,
    eventTypes,
    clock: () => fixture.now,
  })
  http = createHttpServer([unsubscribeRoute(unsubscriptions)], silent)
  base = `http://127.0.0.1:${await http.start({ host: '127.0.0.1', port: 0 })}`
})
beforeEach(() => fixture.reset())
afterAll(async () => {
  await http.stop()
  await fixture.end()
})

/** Sends a mail for these event types, and gives the token of its link. */
async function tokenOf(user: string, ...types: readonly string[]): Promise<string> {
  await fixture.queue(...types.map((eventType) => fixture.entry(user, { eventType })))
  await fixture.sender.settle()
  const link = fixture.server.taken.at(-1)?.mail.headers.find(({ key }) => key === 'list-unsubscribe')?.value
  return /unsubscribe\?token=([\w-]+)>/.exec(link ?? '')?.[1] ?? ''
}
const wanted = async (user: string) => [
  ...(await mailPreferences.wanted(fixture.database.dataSource.manager, user, eventTypes)),
]

describe('the link in a mail', () => {
  it('says what it is about and changes nothing until confirmed, then ends that kind of mail only', async () => {
    const user = await fixture.addUser({ email: 'alice@example.org' })
    const token = await tokenOf(user, 'jobs.completed')
    expect(token.length).toBeLessThanOrEqual(512)
    const about = {
      address: 'a***e@example.org',
      eventType: 'jobs.completed',
      displayName: mailPreferences.displayName('jobs.completed'),
    }
    expect(await unsubscriptions.getUnsubscription(token)).toMatchObject({
      ...about,
      unsubscribed: false,
      remaining: { seconds: 365n * 86_400n },
    })
    expect(await wanted(user)).toEqual(eventTypes)
    expect(await unsubscriptions.unsubscribe(token)).toMatchObject({ ...about, unsubscribed: true })
    expect(await unsubscriptions.unsubscribe(token)).toMatchObject({ unsubscribed: true })
    expect(await wanted(user)).toEqual(['jobs.failed'])
    const before = fixture.server.taken.length
    await fixture.queue(fixture.entry(user))
    await fixture.sender.settle()
    expect(fixture.server.taken).toHaveLength(before)
  })

  it('ends all mail when it stands in a digest of several kinds', async () => {
    const user = await fixture.addUser()
    const token = await tokenOf(user, ...eventTypes)
    expect(await unsubscriptions.getUnsubscription(token)).toMatchObject({ eventType: '', displayName: '' })
    expect(await unsubscriptions.unsubscribe(token)).toMatchObject({ unsubscribed: true })
    expect(await wanted(user)).toEqual([])
  })

  it('does nothing for an address that the user has given up, and tells no one the new one', async () => {
    const user = await fixture.addUser({ email: 'old@example.org' })
    const token = await tokenOf(user, 'jobs.completed')
    await fixture.database.dataSource.query(`update users set email = 'new@example.org' where id = $1`, [
      user,
    ])
    expect(await unsubscriptions.unsubscribe(token)).toMatchObject({ address: '', unsubscribed: true })
    expect(await wanted(user)).toEqual(eventTypes)
  })

  it('expires after a year', async () => {
    const token = await tokenOf(await fixture.addUser(), 'jobs.completed')
    fixture.pass(366 * 24 * 60)
    await expect(unsubscriptions.unsubscribe(token)).rejects.toMatchObject({
      reason: 'UNSUBSCRIBE_LINK_EXPIRED',
    })
  })

  it('is worth nothing when it was edited or made with another key', async () => {
    const user = await fixture.addUser({ email: 'alice@example.org' })
    const token = await tokenOf(user, 'jobs.completed')
    const bytes = Buffer.from(token, 'base64url')
    const edited = Array.from({ length: bytes.length }, (_, index) => {
      const copy = Buffer.from(bytes)
      copy[index] = (copy[index] ?? 0) ^ 1
      return copy.toString('base64url')
    })
    const foreign = unsubscribeTokens(randomBytes(32)).issue(
      { userId: user, eventType: undefined, address: 'alice@example.org' },
      fixture.now,
    )
    for (const bad of [...edited, foreign, '', 'x', token.slice(0, -1), `${token}A`, token.slice(40)]) {
      await expect(unsubscriptions.unsubscribe(bad)).rejects.toMatchObject({
        reason: 'UNSUBSCRIBE_LINK_INVALID',
      })
    }
    expect(await wanted(user)).toEqual(eventTypes)
  })
})

describe('the address that mail programs call', () => {
  const post = (token: string, body: string, type = 'application/x-www-form-urlencoded') =>
    fetch(`${base}/mail/unsubscribe?token=${token}`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    })

  it.each([
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    ],
  ])('ends mail by one POST of %s', async (type, body) => {
    const user = await fixture.addUser()
    const answer = await post(await tokenOf(user, 'jobs.completed'), body, type)
    expect(answer.status).toBe(200)
    expect(await wanted(user)).toEqual(['jobs.failed'])
  })

  it('sends people to the page, and changes nothing', async () => {
    const user = await fixture.addUser()
    const token = await tokenOf(user, 'jobs.completed')
    const answer = await fetch(`${base}/mail/unsubscribe?token=${token}`, { redirect: 'manual' })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(`/unsubscribe?token=${token}`)
    expect(await wanted(user)).toEqual(eventTypes)
  })

  it('refuses what is no such call', async () => {
    const user = await fixture.addUser()
    const token = await tokenOf(user, 'jobs.completed')
    expect((await post(token, '')).status).toBe(400)
    expect((await post(token, `${'x'.repeat(10_000)}List-Unsubscribe=One-Click`)).status).toBe(400)
    expect((await post('x', 'List-Unsubscribe=One-Click')).status).toBe(404)
    expect((await post('%0d%0aSet-Cookie:a', 'List-Unsubscribe=One-Click')).status).toBe(404)
    expect((await fetch(`${base}/mail/unsubscribe?token=%2e%2e%2f`, { redirect: 'manual' })).status).toBe(404)
    expect(await wanted(user)).toEqual(eventTypes)
  })
})
