import { RecordFixesRequest } from '@fairlead/proto/server/fairlead/locations/v1/fixes'
import { describe, expect, it } from 'vitest'
import { methodOfPath, readContracts } from './contracts.ts'
import { requestValidator } from './request-validator.ts'
import { unlimitedLists, withEmptyElements } from './unlimited-lists.ts'

const { registry } = readContracts()
const validate = requestValidator(registry)

function inputOf(path: string) {
  const method = methodOfPath(registry, path)
  if (method === undefined) throw new Error(`there is no ${path}`)
  return method.input
}

const recordFixes = inputOf('/fairlead.locations.v1.FixService/RecordFixes')
const fix = { recordTime: new Date(0), latitude: 1, longitude: 2, accuracyM: 3, device: 'd' }
const requestOf = (count: number, parent = 'organizations/bench') =>
  RecordFixesRequest.encode({ parent, fixes: Array.from({ length: count }, () => fix) }).finish()

describe('the validator of requests', () => {
  it('does not read again lists that only their length is limited of', () => {
    expect([...unlimitedLists(recordFixes)]).toEqual([2])
    const lighter = RecordFixesRequest.decode(withEmptyElements(requestOf(3), new Set([2])))
    expect(lighter.parent).toBe('organizations/bench')
    expect(lighter.fixes).toEqual(
      Array.from({ length: 3 }, () => RecordFixesRequest.decode(Uint8Array.of(18, 0)).fixes[0]),
    )
  })

  it('reads lists whose elements have limits', () => {
    const submit = inputOf('/fairlead.jobs.v1.JobService/CreateJob')
    expect([...unlimitedLists(submit)]).toEqual([])
  })

  it.each([true, false])('limits the rest and the length all the same (read before: %s)', (wasRead) => {
    expect(() => validate(recordFixes, requestOf(1), wasRead)).not.toThrow()
    expect(() => validate(recordFixes, requestOf(10_000), wasRead)).not.toThrow()
    expect(() => validate(recordFixes, requestOf(0), wasRead)).toThrow('fixes:')
    expect(() => validate(recordFixes, requestOf(10_001), wasRead)).toThrow('fixes:')
    expect(() => validate(recordFixes, requestOf(1, 'nobody'), wasRead)).toThrow('parent:')
  })

  it('says what is no message at all', () => {
    // A fix that ends before its end.
    const broken = Uint8Array.of(18, 2, 10, 5)
    expect(() => validate(recordFixes, broken)).toThrow(
      'is not a valid fairlead.locations.v1.RecordFixesRequest',
    )
  })
})
