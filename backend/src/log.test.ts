import { expect, test } from 'vitest'
import { createLog } from './log.ts'
import { createTestDatabase } from './testing/database.ts'

const logged = (write: (log: ReturnType<typeof createLog>) => void) => {
  const lines: string[] = []
  write(createLog({ name: 'test', level: 'info' }, { write: (line: string) => lines.push(line) }))
  return lines.join('')
}

test('an SQL error is logged with what broke, and without the data that broke it', async () => {
  const database = await createTestDatabase()
  const insert = `insert into users (id, issuer, subject, email, email_verified, display_name)
    values ('0190f0e0-0000-7000-8000-000000000000', 'i', 's', $1, true, $2)`
  const address = `${'a'.repeat(400)}@example.org`
  const error = await database.dataSource.query(insert, [address, 'Somebody']).catch((thrown) => thrown)
  await database.drop()
  const text = logged((log) => log.error({ err: new Error('outer', { cause: error }) }, 'failed'))
  expect(JSON.parse(text)).toMatchObject({
    err: { message: 'outer', cause: { type: 'QueryFailedError', code: '23514', table: 'users' } },
  })
  expect(text).toContain('insert into users')
  expect(text).not.toMatch(/aaaa|Somebody/)
})

test('an error is logged with its causes, also several of them', () => {
  const cause = new AggregateError([new Error('first'), new Error('second')], 'both')
  const text = logged((log) => log.error({ err: new Error('outer', { cause }) }, 'failed'))
  expect(JSON.parse(text)).toMatchObject({
    err: { cause: { type: 'AggregateError', errors: [{ message: 'first' }, { message: 'second' }] } },
  })
})

test('an error that is its own cause is logged', () => {
  const error = new Error('round')
  error.cause = error
  expect(logged((log) => log.error({ err: error }, 'failed'))).toContain('round')
})
