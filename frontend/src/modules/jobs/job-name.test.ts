import { expect, test } from 'vitest'
import { jobSummary, jobTitle } from './job-name'

const job = {
  name: 'organizations/survey/jobs/01a1fdb0-a27e-710e-b949-2d71740af9ec',
  service: 'cutout',
  runId: '',
  ownerDisplayName: 'Bob Haugen',
  taskCount: 1,
}

test('a job with a name of its own is called by it', () => {
  expect(jobTitle({ ...job, runId: 'M101' })).toBe('M101')
})

test('a job without one is called by its service and identifier', () => {
  expect(jobTitle(job)).toBe('Cutout 740af9ec')
  expect(jobTitle({ ...job, service: '' })).toBe('Job 740af9ec')
})

test('the summary names the service where the title does not, and counts several tasks', () => {
  expect(jobSummary(job)).toBe('Bob Haugen')
  expect(jobSummary({ ...job, runId: 'M101', taskCount: 40 })).toBe('cutout · Bob Haugen · 40 tasks')
})
