import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MailTransport } from '../../../ports/mail.ts'
import { MailFixture } from './testing/mail-fixture.ts'

let fixture: MailFixture
beforeAll(async () => {
  fixture = await MailFixture.begin()
})
afterAll(() => fixture.end())

test('a turn ends with the last of its mails, also when the first one met an error', async () => {
  const users = [await fixture.addUser(), await fixture.addUser(), await fixture.addUser()]
  await fixture.queue(...users.map((user) => fixture.entry(user)))
  let begun = 0
  let underWay = 0
  const transport: MailTransport = {
    async send(mail, attempt) {
      begun += 1
      if (begun === 1) throw new Error('met by the first')
      underWay += 1
      try {
        return await fixture.transport.send(mail, attempt)
      } finally {
        underWay -= 1
      }
    },
    close: () => fixture.transport.close(),
  }
  await expect(fixture.newSender({ transport }).settle()).rejects.toThrow('met by the first')
  expect(underWay).toBe(0)
  expect((await fixture.states()).toSorted()).toEqual(['SENDING', 'SENT', 'SENT'])
})
