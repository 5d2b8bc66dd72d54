import { expect, test } from 'vitest'
import { statementSummary } from './statement-summary.ts'

test.each([
  ['select a, b from jobs where id = $1', 'select jobs'],
  ['insert into outbox (routing_key) values ($1)', 'insert outbox'],
  ['  -- why\n update job_tasks set state = $1', 'update job_tasks'],
  ['with inserted as (insert into jobs (id) values ($1) returning id) select * from inserted', 'insert jobs'],
  ['select 1', 'select'],
  ['START TRANSACTION', 'start'],
  ['', 'query'],
])('%s is %s', (text, summary) => {
  expect(statementSummary(text)).toBe(summary)
})
