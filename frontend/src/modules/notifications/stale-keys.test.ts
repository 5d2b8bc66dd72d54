import { expect, test } from 'vitest'
import { staleKeys } from './stale-keys'

test.each([
  {
    what: 'the end of a job',
    eventType: 'jobs.completed',
    resource: 'organizations/lab/jobs/7',
    keys: [
      ['jobs', 'lab', 'job', '7'],
      ['jobs', 'lab', 'tasks', '7'],
      ['jobs', 'lab', 'list'],
      ['shared-jobs'],
    ],
  },
  {
    what: 'a new member',
    eventType: 'identity.member_joined',
    resource: 'organizations/lab',
    keys: [['caller'], ['members', 'lab'], ['organization', 'lab']],
  },
  {
    what: 'a change of role about a user',
    eventType: 'identity.role_changed',
    resource: 'users/7',
    keys: [['caller'], ['members', 'lab'], ['organization', 'lab']],
  },
  {
    what: 'a token about to expire',
    eventType: 'identity.token_expiring',
    resource: 'users/me/apiTokens/7',
    keys: [['api-tokens']],
  },
  {
    what: 'a step of a transfer',
    eventType: 'credits.transfer_accepted',
    resource: 'organizations/lab/transfers/7',
    keys: [
      ['credits', 'of', 'lab'],
      ['credits', 'desk'],
    ],
  },
  { what: 'an announcement', eventType: 'operator.announcement', resource: '', keys: [] },
])('$what makes the pages about it ask again', ({ eventType, resource, keys }) => {
  expect(staleKeys({ eventType, resource, organization: 'organizations/lab' })).toEqual(keys)
})
