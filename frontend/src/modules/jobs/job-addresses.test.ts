import { expect, test } from 'vitest'
import { filterFromAddress, filterToAddress, isFiltered } from './job-filter-address'
import { everyJob } from './job-queries'
import { readSubmitAddress, submitAddress } from './submit-address'

test('a filter goes into the address and back', () => {
  const filter = {
    phases: ['PHASE_QUEUED', 'PHASE_EXECUTING'],
    service: 'cutout',
    owner: 'users/me',
    from: '2026-01-31',
    to: '2026-02-01',
  } as const
  expect(filterToAddress(filter).toString()).toBe(
    'phase=QUEUED%2CEXECUTING&service=cutout&owner=me&from=2026-01-31&to=2026-02-01',
  )
  expect(filterFromAddress(filterToAddress(filter))).toEqual(filter)
  expect(isFiltered(everyJob)).toBe(false)
})

test('what an address says wrongly is left out', () => {
  const parameters = new URLSearchParams('phase=NONE,ERROR&owner=../x&from=yesterday&to=2026-13-77')
  expect(filterFromAddress(parameters)).toEqual({ ...everyJob, phases: ['PHASE_ERROR'] })
})

test('a job to submit goes into the address and back, repeated parameters in order', () => {
  const address = submitAddress(
    '/o/survey',
    'cutout',
    [
      { name: 'ID', value: 'a' },
      { name: 'CIRCLE', value: '1 2 3' },
      { name: 'CIRCLE', value: '4 5 6' },
    ],
    { runId: 'my run', duration: '600' },
  )
  const query = new URL(address, 'http://localhost').searchParams
  expect(readSubmitAddress(query)).toEqual({
    service: 'cutout',
    runId: 'my run',
    duration: '600',
    job: '',
    values: { ID: ['a'], CIRCLE: ['1 2 3', '4 5 6'] },
  })
})

test('the limit and the job to change are taken from an address only where they make sense', () => {
  const id = '4f1c0a52-3f0e-4b57-9a53-0d2b9a7c1e11'
  const read = (query: string) => readSubmitAddress(new URLSearchParams(query))
  expect(read(`limit=0&job=${id}`)).toMatchObject({ duration: '0', job: id })
  expect(read('limit=-1&job=../x')).toMatchObject({ duration: '', job: '' })
})
