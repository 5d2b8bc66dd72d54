import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MailTransport } from '../../../ports/mail.ts'
import { MailFixture } from './testing/mail-fixture.ts'

let fixture: MailFixture
beforeAll(async () => {
  fixture = await MailFixture.begin()
})
afterAll(() => fixture.end())

const ENTRIES = 30_000
const BODY_CHARACTERS = 2_000

test('a digest of very many takes the memory of what it shows', { timeout: 60_000 }, async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const heapMib = () => {
    collect()
    return process.memoryUsage().heapUsed / 1024 ** 2
  }
  const [member, stranger, user] = [
    await fixture.addOrganization(),
    await fixture.addOrganization(),
    await fixture.addUser(),
  ]
  await fixture.addMember(member, user)
  const insert = (organization: string | null, count: number) =>
    fixture.database.dataSource.query(
      `insert into mail_entries (id, event_id, user_id, event_type, title, body, severity, link, delivery, member_of,
         due_time, create_time)
       select gen_random_uuid(), gen_random_uuid()::text, $1, 'jobs.failed', 'Job ' || number, repeat('x', $2), 'ERROR',
         '', 'DAILY', $3, $4, $4::timestamptz - number * interval '1 s'
       from generate_series(1, $5::int) as number`,
      [user, BODY_CHARACTERS, organization, fixture.now, count],
    )
  await insert(member, ENTRIES)
  await insert(null, 1)
  await insert(stranger, 2)
  const before = heapMib()
  let during = 0
  const transport: MailTransport = {
    send(mail, attempt) {
      during = heapMib()
      return fixture.transport.send(mail, attempt)
    },
    close: () => fixture.transport.close(),
  }
  await fixture.newSender({ transport }).settle()
  expect(fixture.server.taken.map(({ mail }) => mail.subject)).toEqual([
    `${ENTRIES + 1} notifications: Job 49`,
  ])
  expect(await fixture.mails()).toMatchObject([{ state: 'SENT', entryCount: ENTRIES + 1 }])
  expect(during - before).toBeLessThan((ENTRIES * BODY_CHARACTERS) / 1024 ** 2 / 4)
})
